using Grpc.Core;
using Grpc.Health.V1;
using Node.Protocol.Controller;
using Node.Web.Api;

namespace Node.Web.Managers;

/// <summary>Asks every manager by itself how it does, all at once. Any thread.</summary>
/// <param name="pushers">The health service of each push-manager.</param>
/// <param name="time">For deadlines.</param>
/// <param name="timeout">After it a manager counts as away.</param>
public sealed class PartsCheck(ManagerSet<Health.HealthClient> pushers, TimeProvider time, TimeSpan timeout)
{
    private const int BehindMs = 5000;

    /// <returns>Controllers, the stores that one of them tells of, and push-managers.</returns>
    internal async Task<IReadOnlyList<PartHealth>> RunAsync(
        IReadOnlyList<Manager<ControllerService.ControllerServiceClient>> controllers, CancellationToken cancellation)
    {
        var options = new CallOptions(Deadline: time.GetUtcNow().UtcDateTime + timeout, CancellationToken: cancellation);
        Task<(PartHealth Part, ControllerStatus? Status)>[] asked = [.. controllers.Select(manager => AskAsync(manager, options))];
        Task<PartHealth>[] pushing = [.. pushers.Current.Select(manager => AskAsync(manager, options))];
        (PartHealth Part, ControllerStatus? Status)[] answered = await Task.WhenAll(asked);

        // A controller that does not lead writes nothing, so it cannot say how the stores are.
        ControllerStatus? leader = answered.Select(answer => answer.Status).FirstOrDefault(status => status?.Leads == true);
        return
        [
            .. answered.Select(answer => answer.Part),
            .. leader?.Stores.Select(StoreOf) ?? [],
            .. await Task.WhenAll(pushing),
        ];
    }

    private static async Task<(PartHealth Part, ControllerStatus? Status)> AskAsync(
        Manager<ControllerService.ControllerServiceClient> manager, CallOptions options)
    {
        const string Role = "controller-manager";
        try
        {
            using AsyncUnaryCall<ControllerStatus> call = manager.Client.GetStatusAsync(new GetStatusRequest(), options);
            ControllerStatus status = await call.ResponseAsync;
            string detail = status.Leads ? "leads" : status.Leader.Length > 0 ? $"follows {status.Leader}" : "nobody leads";
            return (new PartHealth(manager.Address, Role, PartHealth.Ok, detail), status);
        }
        catch (RpcException error)
        {
            return (new PartHealth(manager.Address, Role, PartHealth.Away, error.StatusCode.ToString()), null);
        }
    }

    private static async Task<PartHealth> AskAsync(Manager<Health.HealthClient> manager, CallOptions options)
    {
        const string Role = "push-manager";
        try
        {
            using AsyncUnaryCall<HealthCheckResponse> call = manager.Client.CheckAsync(new HealthCheckRequest(), options);
            HealthCheckResponse.Types.ServingStatus status = (await call.ResponseAsync).Status;
            return status == HealthCheckResponse.Types.ServingStatus.Serving
                ? new PartHealth(manager.Address, Role, PartHealth.Ok)
                : new PartHealth(manager.Address, Role, PartHealth.Away, "it takes no calls now");
        }
        catch (RpcException error)
        {
            return new PartHealth(manager.Address, Role, PartHealth.Away, error.StatusCode.ToString());
        }
    }

    private static PartHealth StoreOf(StoreStatus store)
    {
        string waiting = $"{store.Waiting} changes wait, {store.BehindMs / 1000} s behind";
        return !store.Available ? new PartHealth(store.Name, "store", PartHealth.Away, store.Waiting > 0 ? waiting : "it does not answer")
            : store.BehindMs > BehindMs ? new PartHealth(store.Name, "store", PartHealth.Behind, waiting)
            : new PartHealth(store.Name, "store", PartHealth.Ok);
    }
}
