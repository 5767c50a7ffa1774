using System.Net;
using Node.Host.Settings;

namespace Node.Biz.Settings;

/// <summary>Settings under <c>biz:</c>.</summary>
public sealed record BizSection
{
    [Setting("HTTP: what nodes post to, orders, metrics, health. 0: any free port.", Max = "65535")]
    public int Port { get; init; } = 8082;

    [Setting("IP address that it is bound to. Beyond loopback it needs a token.")]
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    [Setting("What callers must bring as authorization: Bearer; the nodes' upstream.token. Empty: nothing.", Env = "UPSTREAM_TOKEN", Secret = true)]
    public string Token { get; init; } = "";
}
