using Grpc.Core;

namespace Node.Web.Managers;

/// <summary>
/// Managers of one role, of which any can be asked: the one that answered last goes on being asked until it is away, then the next
/// one is. Any thread.
/// </summary>
/// <param name="role">As a person would call it: "the push-manager".</param>
/// <param name="managers">Who can be asked.</param>
/// <param name="time">For deadlines.</param>
/// <param name="timeout">Of one call, on all sides.</param>
internal sealed class ManagerGroup<TClient>(
    string role, ManagerSet<TClient> managers, TimeProvider time, TimeSpan timeout)
{
    private volatile int _current;

    public IReadOnlyList<Manager<TClient>> Managers => managers.Current;

    /// <summary>
    /// Asks, and asks the next manager when one is UNAVAILABLE, or says that another one leads. The first may have done it before it broke,
    /// so a call must be safe to repeat.
    /// </summary>
    /// <exception cref="Api.ControlPlaneException">Nobody answered, or somebody refused.</exception>
    public async Task<TAnswer> CallAsync<TAnswer>(
        Func<TClient, CallOptions, AsyncUnaryCall<TAnswer>> call, CancellationToken cancellation)
    {
        var options = new CallOptions(Deadline: time.GetUtcNow().UtcDateTime + timeout, CancellationToken: cancellation);
        int first = _current;
        IReadOnlyList<Manager<TClient>> known = managers.Current;
        if (known.Count == 0)
        {
            throw ManagerError.Of(role, new RpcException(new Status(StatusCode.Unavailable, "none is known")));
        }

        for (int tried = 0; ; tried++)
        {
            int asked = (first + tried) % known.Count;
            try
            {
                using AsyncUnaryCall<TAnswer> answer = call(known[asked].Client, options);
                TAnswer result = await answer.ResponseAsync;
                _current = asked;
                return result;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(error.Message, error, cancellation);
            }
            catch (RpcException error) when (IsAnothersMatter(error) && tried + 1 < known.Count)
            {
                // The next one.
            }
            catch (RpcException error)
            {
                throw ManagerError.Of(role, error);
            }
        }
    }

    /// <summary>As <see cref="CallAsync"/>, with null in place of NOT_FOUND.</summary>
    public async Task<TAnswer?> FindAsync<TAnswer>(
        Func<TClient, CallOptions, AsyncUnaryCall<TAnswer>> call, CancellationToken cancellation)
        where TAnswer : class
    {
        try
        {
            return await CallAsync(call, cancellation);
        }
        catch (Api.ControlPlaneException error) when (error.InnerException is RpcException { StatusCode: StatusCode.NotFound })
        {
            return null;
        }
    }

    private static bool IsAnothersMatter(RpcException error) =>
        error.StatusCode == StatusCode.Unavailable
        || (error.StatusCode == StatusCode.FailedPrecondition && error.Trailers.GetValue("leader") is not null);
}
