using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Peer.Rpc;

/// <summary>Kestrel alone: reads a request and answers with the bytes that a unary call answers with.</summary>
internal static class Bare
{
    /// <summary>An endpoint on the loopback address, not yet started.</summary>
    public static WebApplication On(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        WebApplication app = builder.Build();
        byte[] answer = Framed(PushOne.Answer);
        app.Run(http => AnswerAsync(http, answer));
        return app;
    }

    /// <summary>A message of fewer than 256 bytes behind gRPC's prefix.</summary>
    public static byte[] Framed(IMessage message)
    {
        byte[] bytes = message.ToByteArray();
        return [0, 0, 0, 0, (byte)bytes.Length, .. bytes];
    }

    private static async Task AnswerAsync(HttpContext http, byte[] answer)
    {
        PipeReader body = http.Request.BodyReader;
        ReadResult read;
        do
        {
            read = await body.ReadAsync();
            body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);

        http.Response.ContentType = "application/grpc";
        http.Response.BodyWriter.Write(answer);
        http.Response.AppendTrailer("grpc-status", "0");
    }
}
