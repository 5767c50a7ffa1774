using Microsoft.Extensions.Logging;
using Node.Controller.Logging;
using Node.Controller.State;
using Node.Controller.Stores;
using Node.Rpc.Discovery;
using Node.Rpc.Etcd;

namespace Node.Controller.Leading;

/// <summary>
/// Among several controllers, by election; nodes and other controllers are known by the registry, in which this one stands, too. Without etcd
/// the last view stays, and a leader that cannot renew its lease gives up before another can win.
/// </summary>
internal sealed class EtcdLeadership : ILeadership
{
    // After a term that could not begin or ended badly; the election itself waits by its own.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Seat _seat;
    private readonly EtcdClient _etcd;
    private readonly Election _election;
    private readonly RegistryView _view;
    private readonly RegistryOptions _options;
    private readonly ILogger _log;
    private Registry? _registry;

    public EtcdLeadership(Seat seat, EtcdOptions etcd, TimeSpan timeToLive, ILogger log)
    {
        (_seat, _log) = (seat, log);
        _etcd = new EtcdClient(etcd, log);
        _options = new RegistryOptions { TimeToLive = timeToLive };
        _election = new Election(_etcd);
        _view = new RegistryView(_etcd, _options);
        _election.Changed += _ => Follow();
        _view.Changed += _ =>
        {
            Follow();
            NodesChanged?.Invoke();
        };
    }

    public event Action? NodesChanged;

    public string? Problem => _view.Problem ?? _registry?.Problem;

    /// <inheritdoc/>
    /// <remarks>Null until etcd has been heard of, and while what it says may be old: nobody is lost on its word then.</remarks>
    public IReadOnlyList<NodeAnnouncement>? Nodes => _view.Current.Number == 0 || _view.IsStale
        ? null
        : [.. _view.Current[Roles.ConnectNode].Members.Select(AnnouncementOf)];

    /// <inheritdoc/>
    /// <exception cref="IOException">A later start of a controller with this id has taken its place.</exception>
    public async Task RunAsync(string address, Func<long, CancellationToken, Task> lead, CancellationToken cancel)
    {
        _view.Start();
        _election.Start();
        _registry = new Registry(_etcd, new Member
        {
            Id = _seat.Id,
            Role = Roles.ControllerManager,
            Incarnation = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            Grpc = address,
            State = MemberState.Ready,
        }, _options);
        _registry.Start();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task terms = RunTermsAsync(lead, end.Token);
        Task first = await Task.WhenAny(terms, _registry.Superseded).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await terms.ConfigureAwait(first == terms ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.SuppressThrowing);
        if (first != terms)
        {
            throw new IOException($"another controller has been started as {_seat.Id}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_registry is not null)
        {
            await _registry.DisposeAsync().ConfigureAwait(false);
        }

        await _view.DisposeAsync().ConfigureAwait(false);
        await _election.DisposeAsync().ConfigureAwait(false);
        _etcd.Dispose();
    }

    private async Task RunTermsAsync(Func<long, CancellationToken, Task> lead, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await using Leadership leadership =
                await _election.CampaignAsync(_seat.Id, _options.TimeToLive, cancel).ConfigureAwait(false);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel, leadership.Lost);
            await LeadAsync(lead, leadership.Term, over.Token).ConfigureAwait(false);
            await Task.Delay(Pause, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LeadAsync(Func<long, CancellationToken, Task> lead, long term, CancellationToken over)
    {
        try
        {
            await lead(term, over).ConfigureAwait(false);
        }
        catch (Exception error) when (error is StoreFencedException or OperationCanceledException)
        {
            // Another one is further than this one knew; the next ballot tells.
            _log.TermEnded(term, error.Message);
        }
    }

    private void Follow()
    {
        string leader = _election.Leader?.Id ?? "";
        string address = _view.Current[Roles.ControllerManager].Members.FirstOrDefault(member => member.Id == leader)?.Grpc ?? "";
        if (leader != _seat.Leader && leader != _seat.Id)
        {
            _log.Follows(leader.Length > 0 ? leader : "nobody");
        }

        _seat.Follow(leader, address);
    }

    private static NodeAnnouncement AnnouncementOf(Member member) => new(
        member.Id, (ulong)member.Incarnation, member.Grpc ?? "", member.ClientUrl ?? "", member.State.ToString().ToLowerInvariant(), member.Version ?? "");
}
