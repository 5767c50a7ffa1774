namespace Node.Host.Tables;

/// <summary>A row that a <see cref="HashedTable{T}"/> finds.</summary>
public interface IHashedRow
{
    /// <summary>The same as long as the row is in the table; all its bits count.</summary>
    int Hash { get; }

    /// <summary>The next row of the same bucket; the table's alone.</summary>
    int Next { get; set; }
}
