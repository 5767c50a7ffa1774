using Node.Host.Settings;

namespace Node.Controller.Settings;

/// <summary>Settings under <c>database:</c>.</summary>
public sealed record DatabaseSection
{
    private const int MySqlPort = 3306;
    private const int PostgresPort = 5432;

    [Setting("Which database: MySQL or MariaDB, PostgreSQL, SQLite (a file), or none.", Env = "DB_KIND", Aliases = "mariadb=mysql")]
    public DatabaseKind Kind { get; init; } = DatabaseKind.Mysql;

    [Setting("Its server.", Env = "DB_HOST")]
    public string Host { get; init; } = "localhost";

    [Setting("Its port. 0: the usual one of its kind.", Env = "DB_PORT", Max = "65535")]
    public int Port { get; init; }

    [Setting("Who logs in; must be allowed to create tables.", Env = "DB_USER")]
    public string User { get; init; } = "root";

    [Setting("Password of user.", Env = "DB_PASSWORD", Secret = true)]
    public string Password { get; init; } = "";

    [Setting("Name of the database. In MySQL it is created where it is missing.", Env = "DB_NAME")]
    public string Name { get; init; } = "pubsub";

    [Setting("Speak TLS to the server.")]
    public bool Tls { get; init; }

    [Setting("The file of SQLite.", Env = "DB_FILE")]
    public string File { get; init; } = "controller.db";

    /// <summary><see cref="Port"/>, or the usual one of its kind.</summary>
    public int EffectivePort => Port > 0 ? Port : Kind == DatabaseKind.Postgres ? PostgresPort : MySqlPort;
}
