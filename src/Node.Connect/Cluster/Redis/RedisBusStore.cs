using System.Buffers.Text;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Node.Connect.Cluster.Stores;
using Node.Host;
using Node.Protocol.Bus;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;
using StackExchange.Redis;

namespace Node.Connect.Cluster.Redis;

/// <summary>
/// Redis as a bus: a channel a target. A room has a key, too, with the life and the latest of its numbers; a script counts it on and publishes
/// the batch in one step, so the channel's order is the numbers' order. Who is not connected misses what is published, and links
/// anew: the link's number says how much it was.
/// </summary>
/// <param name="address"><c>host:port</c>, and options as StackExchange.Redis writes them: <c>password=…,ssl=true</c>.</param>
/// <param name="prefix">Before every key and channel, so that others can use the same server.</param>
/// <param name="log">Takes what an operator wants to know.</param>
internal sealed class RedisBusStore(string address, string prefix, ILogger log) : IBusStore
{
    // A room that is silent for so long begins another life.
    private const int KeepSeconds = 3600;

    private const string PublishNumbered = """
        local epoch, last = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'last'))
        last = tonumber(last or '0')
        local known = tonumber(ARGV[3])
        if not epoch or (epoch == ARGV[2] and last < known) then
          epoch, last = ARGV[1], known
        end
        redis.call('HMSET', KEYS[1], 'epoch', epoch, 'last', string.format('%.0f', last + ARGV[4]))
        redis.call('EXPIRE', KEYS[1], ARGV[5])
        local first = string.format('%.0f', last + 1)
        return {first, redis.call('PUBLISH', KEYS[1], epoch .. ' ' .. first .. ' ' .. ARGV[6])}
        """;

    private readonly Dictionary<TargetKey, Task> _subscriptions = [];
    private readonly StoreHealth _health = new(log, "Redis");
    private IBusStoreEvents _events = null!;
    private WorkThread _thread = null!;
    private Task _connecting = Task.CompletedTask;
    private ConnectionMultiplexer? _redis;

    public string? Problem => _health.Problem;

    public void Start(IBusStoreEvents events, WorkThread thread)
    {
        (_events, _thread) = (events, thread);
        _subscriptions.Add(TargetKey.Everybody, Task.CompletedTask);
        _connecting = ConnectAsync();
    }

    public void Watch(in TargetKey target) => _subscriptions[target] = SubscribeAsync(target);

    public void Unwatch(in TargetKey target)
    {
        if (_subscriptions.Remove(target))
        {
            _redis?.GetSubscriber().UnsubscribeAsync(ChannelOf(target), flags: CommandFlags.FireAndForget);
        }
    }

    public void Send(StoreBatch batch) => _ = SendAsync(batch, _subscriptions.GetValueOrDefault(batch.Target, Task.CompletedTask));

    /// <summary>Nothing to do: the client gathers by itself what one thread sends.</summary>
    public void Flush()
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _connecting.ConfigureAwait(false);
        _redis?.Dispose();
    }

    private async Task ConnectAsync()
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(address);
        (options.AbortOnConnectFail, options.ClientName) = (false, "connect-node");
        // In milliseconds and seconds: also how often it is tried again, and how soon a dead connection is noticed.
        (options.ConnectTimeout, options.KeepAlive) = (1000, 2);
        ConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
        redis.PreserveAsyncOrder = true;
        redis.ConnectionFailed += (_, failure) => _thread.Post(() => _health.Failed($"{failure.ConnectionType}: {failure.FailureType}"));
        redis.ConnectionRestored += (_, _) => _thread.Post(Restarted);
        _thread.Post(() =>
        {
            _redis = redis;
            foreach (TargetKey target in _subscriptions.Keys.ToList())
            {
                Watch(target);
            }
        });
    }

    private void Restarted()
    {
        _health.Works();
        _events.Restarted();
    }

    private string ChannelOf(in TargetKey target) => target.Kind switch
    {
        Target.Types.Kind.Room => $"{prefix}bus:room:{target.Name.ToStringUtf8()}",
        Target.Types.Kind.User => $"{prefix}bus:user:{target.Name.ToStringUtf8()}",
        _ => $"{prefix}bus:everybody",
    };

    private Task SubscribeAsync(TargetKey target) =>
        _redis?.GetSubscriber().SubscribeAsync(new RedisChannel(ChannelOf(target), RedisChannel.PatternMode.Literal), (_, value) =>
        {
            // Redis does not wait for who does not keep up, and nor can this.
            if (_thread.IsFull)
            {
                _events.Dropped();
                return;
            }

            _thread.Post(() => Take(target, value));
        }) ?? Task.CompletedTask;

    private async Task SendAsync(StoreBatch batch, Task subscribed)
    {
        if (_redis is not { } redis)
        {
            _events.NotTaken(batch);
            return;
        }

        BusBatch message = batch.ToMessage();
        Action then;
        try
        {
            // A link that is published before the subscription stands does not come back.
            await subscribed.ConfigureAwait(false);
            (ulong first, ulong reached) = await PublishAsync(redis.GetDatabase(), batch, message).ConfigureAwait(false);
            then = () =>
            {
                _health.Works();
                _events.Taken(batch, first, reached);
            };
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            then = () => Failed(batch, error);
        }

        _thread.Post(then);
    }

    private async Task<(ulong First, ulong Reached)> PublishAsync(IDatabase redis, StoreBatch batch, BusBatch message)
    {
        string channel = ChannelOf(batch.Target);
        if (batch.Target.Kind != Target.Types.Kind.Room)
        {
            return (0, (ulong)await redis.PublishAsync(channel, message.ToByteArray()).ConfigureAwait(false));
        }

        RedisValue[] arguments =
        [
            Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 6)), batch.KnownEpoch, (long)batch.KnownOffset,
            message.Messages.Count, KeepSeconds, message.ToByteArray(),
        ];
        var answer = (RedisResult[])await redis.ScriptEvaluateAsync(PublishNumbered, [channel], arguments).ConfigureAwait(false);
        return ((ulong)(long)answer[0], (ulong)(long)answer[1]);
    }

    private void Failed(StoreBatch batch, Exception error)
    {
        _health.Failed(error.Message);
        if (_subscriptions.TryGetValue(batch.Target, out Task? subscribed) && subscribed.IsFaulted)
        {
            Watch(batch.Target);
        }

        if (HasNotLeft(error))
        {
            _events.NotTaken(batch);
        }
        else
        {
            _events.Undecided(batch);
        }
    }

    // Redis said no, or there was no connection to send it by.
    private static bool HasNotLeft(Exception error) => error is RedisServerException or RedisConnectionException
    {
        FailureType: ConnectionFailureType.UnableToConnect or ConnectionFailureType.UnableToResolvePhysicalConnection,
    };

    private void Take(in TargetKey target, byte[] value)
    {
        if (BatchOf(value, target.Kind == Target.Types.Kind.Room) is { } batch)
        {
            _events.Received(target, batch);
        }
        else
        {
            _health.Ignored(ChannelOf(target));
        }
    }

    /// <returns>Null: somebody else has published there.</returns>
    private static BusBatch? BatchOf(ReadOnlySpan<byte> value, bool isRoom)
    {
        string epoch = "";
        ulong first = 0;
        if (isRoom)
        {
            int space = value.IndexOf((byte)' ');
            if (space < 1 || !Utf8Parser.TryParse(value[(space + 1)..], out first, out int digits) || first == 0
                || value.Length <= space + 1 + digits)
            {
                return null;
            }

            epoch = Encoding.ASCII.GetString(value[..space]);
            value = value[(space + digits + 2)..];
        }

        try
        {
            BusBatch batch = BusBatch.Parser.ParseFrom(value);
            (batch.Epoch, batch.First) = (epoch, first);
            return batch;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
