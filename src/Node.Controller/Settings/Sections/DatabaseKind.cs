namespace Node.Controller.Settings;

/// <summary>Which database remembers.</summary>
public enum DatabaseKind
{
    Mysql,
    Postgres,
    Sqlite,
    None,
}
