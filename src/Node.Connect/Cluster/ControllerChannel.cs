using Grpc.Core;
using Node.Host.Cluster;
using Node.Protocol.Controller;
using Node.Rpc;

namespace Node.Connect.Cluster;

/// <summary>The way to the controller that leads: a fixed address, or whoever etcd says. Any thread.</summary>
/// <param name="fixedAddress">host:port; empty: as <paramref name="member"/> knows.</param>
/// <param name="member">Null where there is no etcd.</param>
/// <param name="options">Of the channels.</param>
internal sealed class ControllerChannel(string fixedAddress, ClusterMember? member, GrpcChannelOptions options) : IControllerWay, IDisposable
{
    private readonly Lock _lock = new();
    private (string Address, GrpcChannel Channel)? _current;
    private volatile string? _redirect;

    /// <summary>Null: nobody is known to lead.</summary>
    public ControllerService.ControllerServiceClient? Leader()
    {
        string? address = fixedAddress.Length > 0 ? _redirect ?? fixedAddress : member?.LeaderAddress;
        if (address is null)
        {
            return null;
        }

        lock (_lock)
        {
            if (_current is not { } current || current.Address != address)
            {
                _current?.Channel.Dispose();
                string scheme = options.Tls is null ? "http" : "https";
                current = (address, GrpcChannel.ForAddress($"{scheme}://{address}", options));
                _current = current;
            }

            return new ControllerService.ControllerServiceClient(current.Channel);
        }
    }

    /// <summary>Takes what a controller that does not lead says of the one that does; forgets it when that one fails.</summary>
    public void Failed(RpcException error) =>
        _redirect = error.StatusCode == StatusCode.FailedPrecondition && error.Trailers.GetValue("leader") is { Length: > 0 } leader ? leader : null;

    public void Dispose()
    {
        lock (_lock)
        {
            _current?.Channel.Dispose();
            _current = null;
        }
    }
}
