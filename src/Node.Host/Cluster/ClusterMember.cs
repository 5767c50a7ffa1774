using Microsoft.Extensions.Logging;
using Node.Host.Settings;
using Node.Rpc.Discovery;
using Node.Rpc.Etcd;

namespace Node.Host.Cluster;

/// <summary>
/// This process among the others: it sees who is registered, who leads, and is registered itself. Without etcd it goes on with what it knew.
/// Any thread.
/// </summary>
public sealed class ClusterMember : IAsyncDisposable
{
    private readonly EtcdClient _etcd;
    private readonly RegistryOptions _options;
    private readonly RegistryView _view;
    private readonly Election _election;
    private Registry? _registry;

    /// <param name="etcd">Used, and without violations.</param>
    /// <param name="log">Hears when etcd goes away and comes back.</param>
    public ClusterMember(EtcdSection etcd, ILogger log)
    {
        _etcd = new EtcdClient(etcd.ToOptions(), log);
        _options = new RegistryOptions { TimeToLive = etcd.Ttl };
        _view = new RegistryView(_etcd, _options);
        _election = new Election(_etcd);
        _view.Changed += snapshot => Changed?.Invoke(snapshot);
        _election.Changed += _ => LeaderChanged?.Invoke();
        _view.Changed += _ => LeaderChanged?.Invoke();
    }

    /// <summary>A new view, in order, on a thread of the pool. A handler must not block.</summary>
    public event Action<RegistrySnapshot>? Changed;

    /// <summary><see cref="LeaderAddress"/> may be another. On a thread of the pool.</summary>
    public event Action? LeaderChanged;

    public RegistrySnapshot Current => _view.Current;

    /// <summary>Of the controller that leads; null: nobody does, as far as is known.</summary>
    public string? LeaderAddress => _election.Leader is { } leader
        ? _view.Current[Roles.ControllerManager].Members.FirstOrDefault(member => member.Id == leader.Id)?.Grpc
        : null;

    /// <summary>Why etcd does not tell the truth about the cluster, or about this process; null: it does.</summary>
    public string? Problem => _view.Problem ?? _registry?.Problem;

    /// <summary>Starts to watch.</summary>
    public void Watch()
    {
        _view.Start();
        _election.Start();
    }

    /// <summary>Registers this process; after <see cref="Watch"/>, once.</summary>
    /// <param name="self">Its incarnation is that of this start.</param>
    public void Register(Member self)
    {
        _registry = new Registry(_etcd, self, _options);
        _registry.Start();
    }

    /// <summary>Done when a later start with the same id has taken this one's place: it should end.</summary>
    public Task Superseded => _registry?.Superseded ?? Task.Delay(Timeout.Infinite);

    /// <summary>Cheap; never waits.</summary>
    public void UpdateLoad(long connections) => _registry?.UpdateLoad(connections);

    /// <inheritdoc cref="Registry.UpdateAsync"/>
    public Task UpdateAsync(MemberState state, CancellationToken cancel = default) =>
        _registry?.UpdateAsync(state, cancel) ?? Task.CompletedTask;

    /// <summary>Out of everybody's view, at once where etcd can be told.</summary>
    public ValueTask LeaveAsync() => _registry?.DisposeAsync() ?? ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync().ConfigureAwait(false);
        await _view.DisposeAsync().ConfigureAwait(false);
        await _election.DisposeAsync().ConfigureAwait(false);
        _etcd.Dispose();
    }
}
