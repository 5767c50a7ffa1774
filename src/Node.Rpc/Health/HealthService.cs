using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Node.Rpc;

/// <summary>
/// The standard health service: what <see cref="Set"/> said of each service, and of the process under the empty name. Any thread.
/// </summary>
public sealed class HealthService : Health.HealthBase
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new() { [""] = ServingStatus.Serving };
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStopping;

    internal HealthService()
    {
    }

    /// <summary>Watchers hear of it. One that is slow hears the latest only. Once the server stops, it changes nothing.</summary>
    /// <param name="service">A full name; empty: the whole process.</param>
    /// <param name="isServing">Else it is there and refuses.</param>
    public void Set(string service, bool isServing) => Change(() =>
    {
        if (!_isStopping) _statuses[service] = isServing ? ServingStatus.Serving : ServingStatus.NotServing;
    });

    /// <summary>Nothing is serving any more; watchers are told and their streams end.</summary>
    internal void Stop() => Change(() =>
    {
        _isStopping = true;
        foreach (string service in _statuses.Keys)
        {
            _statuses[service] = ServingStatus.NotServing;
        }
    });

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        ServingStatus status = Look(request.Service).Status;
        return status == ServingStatus.ServiceUnknown
            ? throw new RpcException(new Status(StatusCode.NotFound, $"there is no service '{request.Service}'"))
            : Task.FromResult(new HealthCheckResponse { Status = status });
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        ServingStatus? told = null;
        while (true)
        {
            (ServingStatus status, bool isStopping, Task changed) = Look(request.Service);
            if (status != told)
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status });
                told = status;
            }

            if (isStopping) throw new RpcException(new Status(StatusCode.Unavailable, "the server stops"));
            await changed.WaitAsync(context.CancellationToken);
        }
    }

    private (ServingStatus Status, bool IsStopping, Task Changed) Look(string service)
    {
        lock (_lock)
        {
            return (_statuses.GetValueOrDefault(service, ServingStatus.ServiceUnknown), _isStopping, _changed.Task);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            change();
            before = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.SetResult();
    }
}
