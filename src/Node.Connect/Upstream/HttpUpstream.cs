using System.Net;
using System.Net.Http.Headers;
using Node.Protocol.Upstream;

namespace Node.Connect.Upstream;

/// <summary>An application that takes batches as JSON, by POST.</summary>
internal sealed class HttpUpstream : IUpstreamCall
{
    private const int MaxAnswerBytes = 4 * 1024 * 1024;

    private readonly Uri _address;
    private readonly HttpClient _http;

    public HttpUpstream(Uri address)
    {
        _address = address;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,

            // So that a name that moves to another address is followed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        };

        // The time of a call is the lane's.
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    public async Task<BatchAnswer> AskAsync(Batch batch, string token, CancellationToken cancel)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, _address) { Content = new ReadOnlyMemoryContent(UpstreamJson.Write(batch)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancel).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? UpstreamJson.Read(await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false))
                : throw new UpstreamException(OutcomeOf(response.StatusCode), $"HTTP {(int)response.StatusCode}");
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new UpstreamException(UpstreamOutcome.Malformed, $"the answer has more than {MaxAnswerBytes} bytes");
        }
        catch (HttpRequestException error)
        {
            throw new UpstreamException(UpstreamOutcome.Away, error.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private static UpstreamOutcome OutcomeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => UpstreamOutcome.Away,
        _ => UpstreamOutcome.Refused,
    };
}
