using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Node.Biz.Settings;

namespace Node.Biz.Pushing;

/// <summary>
/// Pushes to users through the web-server's HTTP API, one after the other, so that a user sees an order's steps in their order. While
/// the web-server is away they wait; of too many the oldest are dropped, and counted.
/// </summary>
internal sealed class PushQueue : IDisposable
{
    private const int MaxWaiting = 10_000;
    private const int MaxTries = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Channel<Push> _waiting;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Meter _meter = new("biz.pushes");
    private readonly Counter<long> _pushes;

    public PushQueue(WebSection web, TimeProvider time, ILogger log)
    {
        (_time, _log) = (time, log);
        _http = new HttpClient { BaseAddress = new Uri(web.Address.TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(5) };
        if (web.ApiKey.Length > 0)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", web.ApiKey);
        }

        _pushes = _meter.CreateCounter<long>("biz.pushes", "{push}", "Pushes to users, by what became of them");
        BoundedChannelOptions bounds = new(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest };
        _waiting = Channel.CreateBounded<Push>(bounds, _ => Count("dropped"));
    }

    /// <summary>Why the last push failed; null: it did not.</summary>
    public string? Problem { get; private set; }

    /// <summary>Never waits. Any thread.</summary>
    public void Add(Push push) => _waiting.Writer.TryWrite(push);

    /// <summary>Sends what comes until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (Push push in _waiting.Reader.ReadAllAsync(stop))
        {
            Count(await SendAsync(push, stop));
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _meter.Dispose();
    }

    private async Task<string> SendAsync(Push push, CancellationToken stop)
    {
        TimeSpan pause = FirstPause;
        for (int tries = 1; ; tries++)
        {
            HttpStatusCode? status = await TryAsync(push, stop);
            if (status is { } said && (int)said is >= 200 and < 300)
            {
                return "ok";
            }

            bool mayPass = status is null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
            if (!mayPass || tries == MaxTries)
            {
                _log.PushGivenUp(push.Order.Id, push.Order.User, tries, Problem ?? "");
                return "given_up";
            }

            await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), _time, stop);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <returns>Null: there was no answer.</returns>
    private async Task<HttpStatusCode?> TryAsync(Push push, CancellationToken stop)
    {
        try
        {
            using HttpResponseMessage response = await _http.PostAsJsonAsync(
                $"api/push/user/{Uri.EscapeDataString(push.Order.User)}",
                new { data = push.Order, message_id = "order", idempotency_key = push.Key }, BizJson.Options, stop);
            Problem = response.IsSuccessStatusCode ? null : $"the web-server answered with HTTP {(int)response.StatusCode}";
            return response.StatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            Problem = error.Message;
            return null;
        }
    }

    private void Count(string outcome) => _pushes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
