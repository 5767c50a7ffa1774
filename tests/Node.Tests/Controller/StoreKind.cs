using Node.Controller.Stores;
using Node.Controller.Stores.Redis;
using Node.Controller.Stores.Sql;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Controller;

/// <summary>The stores that the same tests run against.</summary>
public enum StoreKind
{
    Redis,
    MariaDb,
    Postgres,
    Sqlite,
}

/// <summary>A store with what it needs: its server, or a folder.</summary>
internal sealed class StoreUnderTest(StoreServer? server, TestFolder folder, Func<IMembershipStore> open) : IAsyncDisposable
{
    /// <summary>Null for SQLite, which has none.</summary>
    public StoreServer? Server => server;

    public static async Task<StoreUnderTest> StartAsync(StoreKind kind)
    {
        TestFolder folder = new();
        switch (kind)
        {
            case StoreKind.Redis:
                RedisServer redis = await RedisServer.StartNewAsync();
                return new StoreUnderTest(redis, folder, () => new RedisStore(redis.Address));
            case StoreKind.MariaDb:
                MariaDbServer maria = await MariaDbServer.StartNewAsync();
                return new StoreUnderTest(maria, folder, () => new SqlStore(new MySqlDialect(maria.Address)));
            case StoreKind.Postgres:
                PostgresServer postgres = await PostgresServer.StartNewAsync();
                return new StoreUnderTest(postgres, folder, () => new SqlStore(new PostgresDialect(postgres.Address)));
            default:
                return new StoreUnderTest(null, folder, () => new SqlStore(new SqliteDialect(folder.At("state.db"))));
        }
    }

    /// <summary>Another client of the same store.</summary>
    public IMembershipStore New() => open();

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Dispose();
    }
}
