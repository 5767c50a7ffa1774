using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>cluster:</c>: this node among others.</summary>
public sealed record ClusterSection
{
    [Setting("How nodes reach each other: managers (streams of push-managers), etcd, redis, none (this node is alone), or auto, which is " +
        "managers where etcd.endpoints is set, else none.", Hot = true)]
    public BusKind Bus { get; init; } = BusKind.Auto;

    [Setting("controller-manager, as host:port. Empty: the one that leads, as etcd has it.", Env = "CONTROLLER_ADDRESS")]
    public string Controller { get; init; } = "";

    [Setting("WebSocket address that clients are told to connect to. Empty: node.bind, or the machine's name for 0.0.0.0, with node.http_port.")]
    public string ClientUrl { get; init; } = "";

    [Setting("While a node is emptied: connections closed a second.", Min = "1", Max = "1000000")]
    public int DrainRate { get; init; } = 500;

    /// <summary>Whether this node stands in a registry with others.</summary>
    public bool IsJoined(EtcdSection etcd) => Bus != BusKind.None && etcd.IsUsed;
}
