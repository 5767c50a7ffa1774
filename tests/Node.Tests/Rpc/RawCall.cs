using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Node.Tests.Rpc;

/// <summary>A call without our client: any bytes, any headers, over HTTP/2.</summary>
internal static class RawCall
{
    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler());

    /// <summary>The prefix and the message.</summary>
    public static byte[] Framed(IMessage message) => Framed(0, message.ToByteArray());

    public static byte[] Framed(byte flag, byte[] payload) =>
        [flag, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];

    public static async Task<RawAnswer> SendAsync(
        Uri server, byte[] body, string method = "/probe.Probe/Echo", string? type = "application/grpc",
        string verb = "POST", string? token = OwnProbeServer.Token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), new Uri(server, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = verb == "POST" ? new ByteArrayContent(body) : null,
        };
        if (type is not null && request.Content is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (token is not null) request.Headers.TryAddWithoutValidation("authorization", $"Bearer {token}");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await Http.SendAsync(request, default).WaitAsync(ForeignProgram.Patience);
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        string? Find(string name) =>
            response.TrailingHeaders.Concat(response.Headers).FirstOrDefault(header => header.Key == name).Value?.First();
        return new RawAnswer((int)response.StatusCode, Find("grpc-status"), Find("grpc-message"), Find("grpc-accept-encoding"), answer);
    }
}

internal sealed record RawAnswer(int Http, string? Status, string? Message, string? AcceptEncoding, byte[] Body);
