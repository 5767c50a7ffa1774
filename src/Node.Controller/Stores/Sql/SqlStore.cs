using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Node.Controller.State;

namespace Node.Controller.Stores.Sql;

/// <summary>
/// The memory in a database: a row a node, a connection, a membership, a room. A batch is one transaction that begins by making sure that
/// the term is still ours, and replaces rows by deleting and inserting, which every database does alike.
/// </summary>
internal sealed class SqlStore(SqlDialect dialect, Action<int, int>? migrated = null) : IMembershipStore
{
    private const int PageRows = 5000;

    private long _term;

    public string Name => dialect.Name;

    // Connections are pooled, and each use of one finds out for itself.
    public event Action? Broken
    {
        add { }
        remove { }
    }

    /// <returns>Always the same: what a database has acknowledged, it keeps.</returns>
    public async Task<string> OpenAsync(long term, CancellationToken cancel)
    {
        // Off this thread: not every driver's asynchronous calls are.
        return await Task.Run(() => OpenHereAsync(term, cancel), cancel).WaitAsync(cancel).ConfigureAwait(false);
    }

    public Task WriteAsync(StoreBatch batch, CancellationToken cancel) =>
        Task.Run(() => WriteHereAsync(batch, cancel), cancel).WaitAsync(cancel);

    public async IAsyncEnumerable<StoreBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        StoreBatch nodes = new();
        nodes.Nodes.AddRange(await ReadAsync("SELECT id, incarnation, grpc_address, client_url FROM nodes ORDER BY id", NodeOf, cancel).ConfigureAwait(false));
        yield return nodes;
        foreach (string node in await ReadAsync("SELECT DISTINCT node FROM connections ORDER BY node", row => SqlCommands.Text(row, 0), cancel).ConfigureAwait(false))
        {
            for (long? after = long.MinValue; after is not null;)
            {
                (StoreBatch page, after) = await PageAsync(node, after.Value, cancel).ConfigureAwait(false);
                yield return page;
            }
        }

        StoreBatch rooms = new();
        rooms.Rooms.AddRange(await ReadAsync("SELECT name, since_ms, metadata FROM rooms", RoomOf, cancel).ConfigureAwait(false));
        yield return rooms;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<string> OpenHereAsync(long term, CancellationToken cancel)
    {
        await dialect.PrepareAsync(cancel).ConfigureAwait(false);
        (int from, int to) = await new Migrations(dialect).ApplyAsync(int.MaxValue, cancel).ConfigureAwait(false);
        if (from != to)
        {
            migrated?.Invoke(from, to);
        }

        await using DbConnection connection = await ConnectAsync(cancel).ConfigureAwait(false);
        await SqlCommands.RunAsync(connection, "UPDATE controller_term SET term = @p0 WHERE id = 1 AND term < @p0", cancel, term).ConfigureAwait(false);
        long? claimed = await SqlCommands.NumberAsync(connection, "SELECT term FROM controller_term WHERE id = 1", cancel).ConfigureAwait(false);
        _term = term;
        return claimed == term ? Name : throw new StoreFencedException(Name, term);
    }

    private async Task WriteHereAsync(StoreBatch batch, CancellationToken cancel)
    {
        await using DbConnection connection = await ConnectAsync(cancel).ConfigureAwait(false);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        long? term = await SqlCommands.NumberAsync(
            connection, "SELECT term FROM controller_term WHERE id = 1" + dialect.HoldRow, cancel).ConfigureAwait(false);
        if (term != _term)
        {
            throw new StoreFencedException(Name, _term);
        }

        await ForgetAsync(connection, batch, cancel).ConfigureAwait(false);
        await HoldAsync(connection, batch, cancel).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
    }

    private static async Task ForgetAsync(DbConnection connection, StoreBatch batch, CancellationToken cancel)
    {
        foreach (string node in batch.GoneNodes)
        {
            await SqlCommands.RunAsync(connection, "DELETE FROM memberships WHERE node = @p0", cancel, node).ConfigureAwait(false);
            await SqlCommands.RunAsync(connection, "DELETE FROM connections WHERE node = @p0", cancel, node).ConfigureAwait(false);
        }

        IEnumerable<ConnectionKey> connections = batch.GoneConnections.Concat(batch.Connections.Select(record => record.Key));
        foreach (var node in connections.GroupBy(key => key.Node))
        {
            // Numbers, written out: a parameter for each would be most of the command's cost.
            string numbers = string.Join(',', node.Select(key => (long)key.Number));
            await SqlCommands.RunAsync(connection, $"DELETE FROM memberships WHERE node = @p0 AND number IN ({numbers})", cancel, node.Key).ConfigureAwait(false);
            await SqlCommands.RunAsync(connection, $"DELETE FROM connections WHERE node = @p0 AND number IN ({numbers})", cancel, node.Key).ConfigureAwait(false);
        }

        await DeleteAsync(connection, "nodes", "id", batch.GoneNodes.Concat(batch.Nodes.Select(node => node.Id)), cancel).ConfigureAwait(false);
        await DeleteAsync(connection, "rooms", "name", batch.GoneRooms.Concat(batch.Rooms.Select(room => room.Room)), cancel).ConfigureAwait(false);
    }

    private static async Task DeleteAsync(
        DbConnection connection, string table, string column, IEnumerable<string> names, CancellationToken cancel)
    {
        foreach (string[] chunk in names.Chunk(PageRows / 10))
        {
            string list = string.Join(", ", chunk.Select((_, i) => $"@p{i}"));
            await SqlCommands.RunAsync(connection, $"DELETE FROM {table} WHERE {column} IN ({list})", cancel, [.. chunk]).ConfigureAwait(false);
        }
    }

    private static async Task HoldAsync(DbConnection connection, StoreBatch batch, CancellationToken cancel)
    {
        await SqlCommands.InsertAsync(connection, "nodes (id, incarnation, grpc_address, client_url)",
            batch.Nodes.Select(node => (object[])[node.Id, (long)node.Incarnation, node.GrpcAddress, node.ClientUrl]), cancel).ConfigureAwait(false);
        await SqlCommands.InsertAsync(connection, "connections (node, number, user_name, since_ms)",
            batch.Connections.Select(record => (object[])[record.Key.Node, (long)record.Key.Number, record.User, record.SinceMs]), cancel).ConfigureAwait(false);
        await SqlCommands.InsertAsync(connection, "memberships (node, number, room)",
            from record in batch.Connections
            from room in record.Rooms
            select (object[])[record.Key.Node, (long)record.Key.Number, room], cancel).ConfigureAwait(false);
        await SqlCommands.InsertAsync(connection, "rooms (name, since_ms, metadata)",
            batch.Rooms.Select(room => (object[])[room.Room, room.SinceMs, JsonSerializer.Serialize(room.Metadata)]), cancel).ConfigureAwait(false);
    }

    /// <summary>A node's connections after a number, with their rooms; and the number to go on after, null at the end.</summary>
    private async Task<(StoreBatch Page, long? After)> PageAsync(string node, long after, CancellationToken cancel)
    {
        StoreBatch page = new();
        var rows = await ReadAsync(
            $"SELECT number, user_name, since_ms FROM connections WHERE node = @p0 AND number > @p1 ORDER BY number LIMIT {PageRows}",
            row => (Number: row.GetInt64(0), User: SqlCommands.Text(row, 1), Since: row.GetInt64(2)), cancel, node, after).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return (page, null);
        }

        ILookup<long, string> rooms = (await ReadAsync(
            "SELECT number, room FROM memberships WHERE node = @p0 AND number > @p1 AND number <= @p2",
            row => (Number: row.GetInt64(0), Room: SqlCommands.Text(row, 1)), cancel, node, after, rows[^1].Number).ConfigureAwait(false))
            .ToLookup(row => row.Number, row => row.Room);
        page.Connections.AddRange(rows.Select(row =>
            new ConnectionRecord(new ConnectionKey(node, (ulong)row.Number), row.User, row.Since, [.. rooms[row.Number]])));
        return (page, rows.Count < PageRows ? null : rows[^1].Number);
    }

    private Task<List<T>> ReadAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancel, params object[] values) =>
        Task.Run(async () =>
        {
            await using DbConnection connection = await ConnectAsync(cancel).ConfigureAwait(false);
            return await SqlCommands.ListAsync(connection, sql, read, cancel, values).ConfigureAwait(false);
        }, cancel).WaitAsync(cancel);

    private async Task<DbConnection> ConnectAsync(CancellationToken cancel)
    {
        DbConnection connection = dialect.Connect();
        try
        {
            await connection.OpenAsync(cancel).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static NodeAnnouncement NodeOf(DbDataReader row) =>
        new(SqlCommands.Text(row, 0), (ulong)row.GetInt64(1), SqlCommands.Text(row, 2), SqlCommands.Text(row, 3));

    private static RoomRecord RoomOf(DbDataReader row) => new(
        SqlCommands.Text(row, 0), row.GetInt64(1), JsonSerializer.Deserialize<Dictionary<string, string>>(SqlCommands.Text(row, 2))!);
}
