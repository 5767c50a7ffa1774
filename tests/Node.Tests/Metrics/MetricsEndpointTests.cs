using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging.Abstractions;
using Node.Host.Metrics;

namespace Node.Tests.Metrics;

public sealed class MetricsEndpointTests : IAsyncLifetime
{
    private readonly Scrape _scrape = new();
    private MetricsEndpoint _endpoint = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _scrape.Meter.CreateCounter<long>("hits").Add(3);
        _endpoint = await MetricsEndpoint.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), _scrape.Exporter, NullLoggerFactory.Instance);
        _client = new HttpClient { BaseAddress = _endpoint.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _endpoint.DisposeAsync();
        _scrape.Dispose();
    }

    [Fact]
    public async Task Metrics_are_answered_in_the_format_asked_for()
    {
        using HttpResponseMessage plain = await _client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", plain.Content.Headers.ContentType!.ToString());
        Assert.Contains("\nhits_total 3\n", await plain.Content.ReadAsStringAsync());

        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text; version=1.0.0"));
        using HttpResponseMessage open = await _client.SendAsync(request);
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", open.Content.Headers.ContentType!.ToString());
        Assert.EndsWith("# EOF\n", await open.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Nothing_else_is_served()
    {
        using HttpResponseMessage elsewhere = await _client.GetAsync("/");
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        using HttpResponseMessage post = await _client.PostAsync("/metrics", new StringContent(""));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using HttpResponseMessage head = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/metrics"));
        Assert.True(head.Content.Headers.ContentLength > 0);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told() =>
        await Assert.ThrowsAsync<IOException>(() => MetricsEndpoint.StartAsync(
            new IPEndPoint(IPAddress.Loopback, _endpoint.Address.Port), _scrape.Exporter, NullLoggerFactory.Instance));
}
