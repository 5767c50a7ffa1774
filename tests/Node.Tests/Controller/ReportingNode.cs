using Grpc.Core;
using Node.Protocol.Controller;
using Node.Tests.Support;
using Kind = Node.Protocol.Controller.NodeChange.Types.Kind;

namespace Node.Tests.Controller;

/// <summary>A node as a controller sees it: one stream of reports, each acknowledged before the next.</summary>
internal sealed class ReportingNode(ControllerService.ControllerServiceClient client, string id, ulong incarnation = 1) : IDisposable
{
    private readonly AsyncDuplexStreamingCall<NodeReport, ReportAck> _call = client.Report();
    private ulong _batch;

    public static NodeChange Connected(ulong number, string user) => new() { Kind = Kind.Connected, Connection = number, Generation = 1, User = user, AtMs = 5 };

    public static NodeChange Joined(ulong number, string room) => new() { Kind = Kind.Joined, Connection = number, Generation = 2, Room = room, AtMs = 6 };

    public static NodeChange Left(ulong number, string room) => new() { Kind = Kind.Left, Connection = number, Generation = 3, Room = room };

    public static NodeChange Disconnected(ulong number) => new() { Kind = Kind.Disconnected, Connection = number, Generation = 4 };

    public Task SnapshotAsync(params NodeChange[] changes) => SendAsync(true, changes);

    public Task ReportAsync(params NodeChange[] changes) => SendAsync(false, changes);

    /// <summary>Waits until the controller ends the stream.</summary>
    public async Task<StatusCode> EndAsync() =>
        (await Assert.ThrowsAsync<RpcException>(() => _call.ResponseStream.MoveNext(default).WaitAsync(EtcdServer.Patience))).StatusCode;

    public void Dispose() => _call.Dispose();

    private async Task SendAsync(bool isSnapshot, NodeChange[] changes)
    {
        NodeReport report = new() { Node = id, Incarnation = incarnation, Batch = ++_batch, SnapshotBegin = isSnapshot, SnapshotEnd = isSnapshot };
        report.Changes.AddRange(changes);
        await _call.RequestStream.WriteAsync(report);
        Assert.True(await _call.ResponseStream.MoveNext(default));
        Assert.Equal(_batch, _call.ResponseStream.Current.Batch);
    }
}
