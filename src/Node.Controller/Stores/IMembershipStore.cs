namespace Node.Controller.Stores;

/// <summary>
/// A memory of nodes, connections and rooms that outlives the process. One caller at a time. Any failure is an exception, after which
/// the store is opened again.
/// </summary>
internal interface IMembershipStore : IAsyncDisposable
{
    /// <summary>For logs and status: <c>redis</c>, <c>mysql</c>.</summary>
    string Name { get; }

    /// <summary>A connection that nobody was using broke: what the store is worth has to be found out anew. On any thread.</summary>
    event Action? Broken;

    /// <summary>Connects, brings the schema up to date, and claims the store for a term of leadership.</summary>
    /// <param name="term">Higher than every term before: a controller of a lower one can write no more.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>
    /// Whose memory it is. Another answer than before means that what was acknowledged may be lost: a Redis that was started anew.
    /// </returns>
    /// <exception cref="StoreFencedException">A later term has claimed it.</exception>
    Task<string> OpenAsync(long term, CancellationToken cancel);

    /// <summary>Forgets and holds, all of it or nothing.</summary>
    /// <exception cref="StoreFencedException">A later term has claimed the store.</exception>
    Task WriteAsync(StoreBatch batch, CancellationToken cancel);

    /// <summary>Everything that it remembers, in pieces: nodes, then their connections, then rooms. Writing in between is allowed.</summary>
    IAsyncEnumerable<StoreBatch> ReadAsync(CancellationToken cancel);
}
