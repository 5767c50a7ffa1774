using Node.Protocol.Etcd;

namespace Node.Rpc.Etcd;

/// <summary>One member of etcd, with a connection that opens by itself. Any thread.</summary>
internal sealed class EtcdEndpoint : IDisposable
{
    // A page of a range with values of 128 KiB each.
    private const int LargestAnswer = 64 * 1024 * 1024;

    private readonly GrpcChannel _channel;

    public EtcdEndpoint(Uri address, EtcdOptions options)
    {
        Address = address;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            Tls = options.Tls,
            MaxReceiveMessageSize = LargestAnswer,
            ConnectTimeout = options.CallTimeout / 2,
        });
        Keys = new KV.KVClient(_channel);
        Leases = new Lease.LeaseClient(_channel);
        Watches = new Watch.WatchClient(_channel);
        Users = new Auth.AuthClient(_channel);
    }

    public Uri Address { get; }

    public KV.KVClient Keys { get; }

    public Lease.LeaseClient Leases { get; }

    public Watch.WatchClient Watches { get; }

    public Auth.AuthClient Users { get; }

    public void Dispose() => _channel.Dispose();
}
