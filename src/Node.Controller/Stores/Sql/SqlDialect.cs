using System.Data.Common;

namespace Node.Controller.Stores.Sql;

/// <summary>What differs between databases: how to connect, and how to let one controller at a time bring the schema up to date.</summary>
internal abstract class SqlDialect
{
    /// <summary>Also the folder of its migrations.</summary>
    public abstract string Name { get; }

    /// <summary>Appended to a SELECT: the row stays as it is until the transaction's end.</summary>
    public abstract string HoldRow { get; }

    /// <summary>Makes what has to be there before a connection can be opened: the database itself, a folder.</summary>
    public virtual Task PrepareAsync(CancellationToken cancel) => Task.CompletedTask;

    /// <summary>A closed connection.</summary>
    public abstract DbConnection Connect();

    /// <summary>Waits until nobody else migrates, on a connection that is open; ends with it or by <see cref="UnlockAsync"/>.</summary>
    public abstract Task LockAsync(DbConnection connection, CancellationToken cancel);

    public abstract Task UnlockAsync(DbConnection connection, CancellationToken cancel);
}
