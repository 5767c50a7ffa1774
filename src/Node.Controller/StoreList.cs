using Microsoft.Extensions.Logging;
using Node.Controller.Logging;
using Node.Controller.Settings;
using Node.Controller.Stores;
using Node.Controller.Stores.Redis;
using Node.Controller.Stores.Sql;
using Node.Host.Settings;

namespace Node.Controller;

/// <summary>The stores that the settings name, in the order in which they are asked at a restart.</summary>
internal static class StoreList
{
    public static IReadOnlyList<IMembershipStore> Create(ControllerSettings settings, ILogger log)
    {
        List<IMembershipStore> stores = [];
        RedisSection redis = settings.Redis;
        if (redis.IsUsed)
        {
            stores.Add(new RedisStore(redis.Configuration, redis.Prefix));
        }

        if (DialectOf(settings.Database) is { } dialect)
        {
            stores.Add(new SqlStore(dialect, (from, to) => log.Migrated(dialect.Name, from, to)));
        }

        return stores;
    }

    private static SqlDialect? DialectOf(DatabaseSection database)
    {
        SqlAddress address = new(database.Host, database.EffectivePort, database.User, database.Password, database.Name, database.Tls);
        return database.Kind switch
        {
            DatabaseKind.Mysql => new MySqlDialect(address),
            DatabaseKind.Postgres => new PostgresDialect(address),
            DatabaseKind.Sqlite => new SqliteDialect(database.File),
            _ => null,
        };
    }
}
