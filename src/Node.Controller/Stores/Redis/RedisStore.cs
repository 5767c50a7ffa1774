using System.Runtime.CompilerServices;
using Node.Controller.State;
using StackExchange.Redis;

namespace Node.Controller.Stores.Redis;

/// <summary>
/// The mirror in Redis. A field a connection, in <see cref="Shards"/> hashes a node, so that everything is found without a scan and
/// small hashes stay in Redis's compact form; a batch is one transaction that holds only while the term is ours.
/// </summary>
/// <param name="address"><c>host:port</c>, and options as StackExchange.Redis writes them: <c>password=…,ssl=true</c>.</param>
/// <param name="prefix">Before every key, so that others can use the same server.</param>
internal sealed class RedisStore(string address, string prefix = "pubsub:") : IMembershipStore
{
    private const int Shards = 1024;
    private const int RoomShards = 64;
    private const int ReadAtOnce = 64;

    // This version of the client has no time limit for asynchronous calls of its own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RedisKey _termKey = prefix + "controller:term";
    private readonly RedisKey _nodesKey = prefix + "nodes";
    private ConnectionMultiplexer? _redis;
    private long _term;

    public string Name => "redis";

    public event Action? Broken;

    public async Task<string> OpenAsync(long term, CancellationToken cancel)
    {
        Close();
        var options = ConfigurationOptions.Parse(address);
        (options.AbortOnConnectFail, options.ConnectTimeout, options.ClientName) = (true, (int)Patience.TotalMilliseconds / 2, "controller-manager");
        _redis = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(Patience, cancel).ConfigureAwait(false);
        _redis.ConnectionFailed += OnFailed;
        _term = term;
        await ClaimAsync(term, cancel).ConfigureAwait(false);
        RedisResult info = await _redis.GetDatabase()
            .ScriptEvaluateAsync("return redis.call('INFO', 'server')").WaitAsync(Patience, cancel).ConfigureAwait(false);
        return ((string)info).Split('\n').First(line => line.StartsWith("run_id:", StringComparison.Ordinal)).Trim();
    }

    public async Task WriteAsync(StoreBatch batch, CancellationToken cancel)
    {
        IDatabase database = Database();
        ITransaction transaction = database.CreateTransaction();
        transaction.AddCondition(Condition.StringEqual(_termKey, _term));
        List<Task> parts = [];
        Forget(transaction, batch, parts);
        Hold(transaction, batch, parts);
        if (!await transaction.ExecuteAsync().WaitAsync(Patience, cancel).ConfigureAwait(false))
        {
            RedisValue term = await database.StringGetAsync(_termKey).WaitAsync(Patience, cancel).ConfigureAwait(false);
            throw term.IsNull ? new IOException("Redis has been emptied") : new StoreFencedException(Name, _term);
        }

        await Task.WhenAll(parts).WaitAsync(Patience, cancel).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<StoreBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        StoreBatch nodes = new();
        foreach (HashEntry entry in await Database().HashGetAllAsync(_nodesKey).WaitAsync(Patience, cancel).ConfigureAwait(false))
        {
            nodes.Nodes.Add(RedisCodec.Json<NodeAnnouncement>(entry.Name!, entry.Value!));
        }

        yield return nodes;
        foreach (NodeAnnouncement node in nodes.Nodes)
        {
            // The next part is on its way while this one is taken in.
            Task<IEnumerable<HashEntry>> next = ReadAsync(i => ShardKey(node.Id, (ulong)i), 0, cancel);
            for (int shard = 0; shard < Shards; shard += ReadAtOnce)
            {
                StoreBatch batch = new();
                IEnumerable<HashEntry> entries = await next.ConfigureAwait(false);
                next = shard + ReadAtOnce < Shards ? ReadAsync(i => ShardKey(node.Id, (ulong)i), shard + ReadAtOnce, cancel) : next;
                foreach (HashEntry entry in entries)
                {
                    batch.Connections.Add(RedisCodec.Connection(new ConnectionKey(node.Id, (ulong)(long)entry.Name), entry.Value!));
                }

                yield return batch;
            }
        }

        StoreBatch rooms = new();
        foreach (HashEntry entry in await ReadAsync(RoomsKey, 0, cancel).ConfigureAwait(false))
        {
            rooms.Rooms.Add(RedisCodec.Json<RoomRecord>(entry.Name!, entry.Value!));
        }

        yield return rooms;
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private void Close()
    {
        if (_redis is { } redis)
        {
            redis.ConnectionFailed -= OnFailed;
            _redis = null;
            redis.Dispose();
        }
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs failure) => Broken?.Invoke();

    private IDatabase Database() => _redis?.GetDatabase() ?? throw new InvalidOperationException("Redis is not open");

    private async Task ClaimAsync(long term, CancellationToken cancel)
    {
        const string Claim = """
            local known = tonumber(redis.call('GET', KEYS[1]) or '0')
            if known > tonumber(ARGV[1]) then return 0 end
            redis.call('SET', KEYS[1], ARGV[1])
            return 1
            """;
        RedisResult claimed = await Database().ScriptEvaluateAsync(Claim, [_termKey], [term]).WaitAsync(Patience, cancel).ConfigureAwait(false);
        if ((int)claimed == 0)
        {
            throw new StoreFencedException(Name, term);
        }
    }

    private void Forget(ITransaction transaction, StoreBatch batch, List<Task> parts)
    {
        foreach (string node in batch.GoneNodes)
        {
            parts.Add(transaction.HashDeleteAsync(_nodesKey, node));
            parts.Add(transaction.KeyDeleteAsync([.. Enumerable.Range(0, Shards).Select(shard => ShardKey(node, (ulong)shard))]));
        }

        foreach (var shard in batch.GoneConnections.GroupBy(key => ShardKey(key.Node, key.Number)))
        {
            parts.Add(transaction.HashDeleteAsync(shard.Key, [.. shard.Select(key => (RedisValue)(long)key.Number)]));
        }

        foreach (var shard in batch.GoneRooms.GroupBy(RoomKey))
        {
            parts.Add(transaction.HashDeleteAsync(shard.Key, [.. shard.Select(room => (RedisValue)room)]));
        }
    }

    private void Hold(ITransaction transaction, StoreBatch batch, List<Task> parts)
    {
        foreach (NodeAnnouncement node in batch.Nodes)
        {
            parts.Add(transaction.HashSetAsync(_nodesKey, node.Id, RedisCodec.Json(node)));
        }

        foreach (var shard in batch.Connections.GroupBy(record => ShardKey(record.Key.Node, record.Key.Number)))
        {
            HashEntry[] entries = [.. shard.Select(record => new HashEntry((long)record.Key.Number, RedisCodec.Connection(record)))];
            parts.Add(transaction.HashSetAsync(shard.Key, entries));
        }

        foreach (var shard in batch.Rooms.GroupBy(record => RoomKey(record.Room)))
        {
            HashEntry[] entries = [.. shard.Select(record => new HashEntry(record.Room, RedisCodec.Json(record)))];
            parts.Add(transaction.HashSetAsync(shard.Key, entries));
        }
    }

    private async Task<IEnumerable<HashEntry>> ReadAsync(Func<int, RedisKey> keyOf, int from, CancellationToken cancel)
    {
        IBatch pipeline = Database().CreateBatch();
        Task<HashEntry[]>[] reads = [.. Enumerable.Range(from, ReadAtOnce).Select(i => pipeline.HashGetAllAsync(keyOf(i)))];
        pipeline.Execute();
        HashEntry[][] shards = await Task.WhenAll(reads).WaitAsync(Patience, cancel).ConfigureAwait(false);
        return shards.SelectMany(entries => entries);
    }

    private RedisKey ShardKey(string node, ulong number) => $"{prefix}members:{node}/{number % Shards}";

    private RedisKey RoomsKey(int shard) => $"{prefix}rooms/{shard}";

    // FNV-1a: it has to be the same in every process.
    private RedisKey RoomKey(string room)
    {
        uint hash = 2166136261;
        foreach (char letter in room)
        {
            hash = (hash ^ letter) * 16777619;
        }

        return RoomsKey((int)(hash % RoomShards));
    }
}
