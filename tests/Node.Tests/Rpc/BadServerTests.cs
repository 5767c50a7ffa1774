using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Node.Rpc;
using GrpcStatus = Grpc.Core.StatusCode;

namespace Node.Tests.Rpc;

/// <summary>Our client against servers that answer with something else than they should.</summary>
public sealed class BadServerTests
{
    [Theory]
    [InlineData(400, GrpcStatus.Internal)]
    [InlineData(401, GrpcStatus.Unauthenticated)]
    [InlineData(403, GrpcStatus.PermissionDenied)]
    [InlineData(404, GrpcStatus.Unimplemented)]
    [InlineData(418, GrpcStatus.Unknown)]
    [InlineData(429, GrpcStatus.Unavailable)]
    [InlineData(503, GrpcStatus.Unavailable)]
    public Task An_HTTP_error(int http, GrpcStatus status) => EndsAsync(status, context =>
    {
        context.Response.StatusCode = http;
        return Task.CompletedTask;
    });

    [Fact]
    public Task Another_content_type() => EndsAsync(GrpcStatus.Unknown, context =>
    {
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync("<p>hello</p>");
    });

    [Fact]
    public Task An_encoding_that_nobody_asked_for() => EndsAsync(GrpcStatus.Internal, context =>
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers.GrpcEncoding = "snappy";
        return context.Response.WriteAsync("");
    });

    [Fact]
    public Task No_status() => EndsAsync(GrpcStatus.Unknown, context => AnswerAsync(context, RawCall.Framed(new Answer()), null));

    [Fact]
    public Task A_status_that_is_none() => EndsAsync(GrpcStatus.Unknown, context => AnswerAsync(context, RawCall.Framed(new Answer()), "fine"));

    [Fact]
    public Task No_message() => EndsAsync(GrpcStatus.Internal, context => AnswerAsync(context, [], "0"));

    [Fact]
    public Task Two_messages() => EndsAsync(
        GrpcStatus.Internal, context => AnswerAsync(context, [.. RawCall.Framed(new Answer()), .. RawCall.Framed(new Answer())], "0"));

    [Fact]
    public Task Bytes_that_are_no_message() => EndsAsync(GrpcStatus.Internal, context => AnswerAsync(context, RawCall.Framed(0, [255]), "0"));

    [Fact]
    public Task A_message_that_is_cut_off() => EndsAsync(GrpcStatus.Internal, context => AnswerAsync(context, [0, 0, 0, 0, 9, 1], "0"));

    [Fact]
    public Task A_stream_that_is_reset() => EndsAsync(GrpcStatus.Internal, async context =>
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.FlushAsync();
        context.Abort();
    });

    [Fact]
    public async Task Metadata_that_is_no_base64_is_left_out_and_the_rest_is_taken()
    {
        await using WebApplication server = await StartAsync(context =>
        {
            context.Response.Headers["bad-bin"] = "!!";
            context.Response.Headers["good-bin"] = "AAE,Ag==";
            return AnswerAsync(context, RawCall.Framed(new Answer()), "0");
        });
        using GrpcChannel channel = GrpcChannel.ForAddress(server.Urls.First());
        using AsyncUnaryCall<Answer> call = new Probe.ProbeClient(channel).EchoAsync(new Ask());
        await call;
        Metadata headers = await call.ResponseHeadersAsync;
        Assert.Null(headers.Get("bad-bin"));
        Assert.Equal([[0, 1], [2]], headers.GetAll("good-bin").Select(entry => entry.ValueBytes));
    }

    [Fact]
    public async Task A_server_of_HTTP_1_is_unavailable()
    {
        await using WebApplication server = await StartAsync(_ => Task.CompletedTask, HttpProtocols.Http1);
        await EndsAsync(GrpcStatus.Unavailable, server);
    }

    private static Task AnswerAsync(HttpContext context, byte[] body, string? status)
    {
        context.Response.ContentType = "application/grpc";
        if (status is not null) context.Response.AppendTrailer("grpc-status", status);
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    private static async Task EndsAsync(GrpcStatus status, RequestDelegate answer)
    {
        await using WebApplication server = await StartAsync(answer);
        await EndsAsync(status, server);
    }

    private static async Task EndsAsync(GrpcStatus status, WebApplication server)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(server.Urls.First());
        AsyncUnaryCall<Answer> call = new Probe.ProbeClient(channel).EchoAsync(new Ask());
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(ForeignProgram.Patience));
        Assert.True(status == error.StatusCode, $"{status} expected: {error}");
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http2)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        WebApplication app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }
}
