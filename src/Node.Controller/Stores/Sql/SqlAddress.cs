namespace Node.Controller.Stores.Sql;

/// <summary>Where a database server is, and as whom to log in.</summary>
internal sealed record SqlAddress(string Host, int Port, string User, string Password, string Database, bool Tls = false);
