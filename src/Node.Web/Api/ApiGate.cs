using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Node.Web.Api;

/// <summary>Answers one request that may pass; cancelled when nobody waits for the answer any more.</summary>
internal delegate Task<ApiAnswer> ApiHandler(HttpContext context, CancellationToken cancellation);

/// <summary>
/// What every request of the API goes through: may it, is there room for it, does it end in time, and what went wrong. Any thread.
/// </summary>
internal sealed partial class ApiGate(Func<ApiAccess> access, TimeSpan timeout, ILogger log)
{
    /// <summary>Requests that run at once; the next one is told to come back.</summary>
    public const int MaxRunning = 256;

    private int _running;

    public async Task RunAsync(HttpContext context, ApiHandler handler)
    {
        ApiAnswer answer;
        try
        {
            answer = await AnswerAsync(context, handler);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        await answer.WriteAsync(context);
    }

    private async Task<ApiAnswer> AnswerAsync(HttpContext context, ApiHandler handler)
    {
        // Before the count: who may not come in takes nobody's place.
        if (await access().CheckAsync(context.Request) is { } refused)
        {
            return refused;
        }

        try
        {
            return Interlocked.Increment(ref _running) > MaxRunning
                ? new Problem(StatusCodes.Status429TooManyRequests, "Too many requests run at once; try again in a second.")
                : await HandleAsync(context, handler);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<ApiAnswer> HandleAsync(HttpContext context, ApiHandler handler)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        deadline.CancelAfter(timeout);
        try
        {
            return await handler(context, deadline.Token).WaitAsync(deadline.Token);
        }
        catch (ControlPlaneException error)
        {
            return new Problem(error.Status, error.Message);
        }
        catch (BadHttpRequestException error)
        {
            return new Problem(error.StatusCode, error.Message);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return new Problem(
                StatusCodes.Status504GatewayTimeout,
                $"No answer within {timeout.TotalSeconds:0.#} s; what was asked may happen all the same.");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailed(context.Request.Path, error);
            return new Problem(StatusCodes.Status500InternalServerError, "An error of the server's own; its log has it.");
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The API failed at {Path}")]
    private partial void LogFailed(PathString path, Exception error);
}
