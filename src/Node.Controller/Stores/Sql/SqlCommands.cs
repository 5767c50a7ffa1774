using System.Data.Common;
using System.Globalization;
using System.Text;

namespace Node.Controller.Stores.Sql;

/// <summary>Commands on a connection that is open.</summary>
internal static class SqlCommands
{
    // SQLite takes 32,766 parameters, PostgreSQL 65,535; beyond a few hundred rows a larger command gains nothing.
    private const int MostRows = 500;

    public static async Task<int> RunAsync(DbConnection connection, string sql, CancellationToken cancel, params object[] values)
    {
        await using DbCommand command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>The first value of the first row as a number; null: no row, or NULL.</summary>
    public static async Task<long?> NumberAsync(DbConnection connection, string sql, CancellationToken cancel, params object[] values)
    {
        await using DbCommand command = Command(connection, sql, values);
        object? value = await command.ExecuteScalarAsync(cancel).ConfigureAwait(false);
        return value is null or DBNull ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
    }

    public static async Task<List<T>> ListAsync<T>(
        DbConnection connection, string sql, Func<DbDataReader, T> read, CancellationToken cancel, params object[] values)
    {
        await using DbCommand command = Command(connection, sql, values);
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        List<T> rows = [];
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Inserts rows of the same columns, many with a command.</summary>
    /// <param name="connection">Open, in a transaction.</param>
    /// <param name="into">Table and columns: <c>rooms (name, since_ms)</c>.</param>
    /// <param name="rows">Each with a value a column.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task InsertAsync(DbConnection connection, string into, IEnumerable<object[]> rows, CancellationToken cancel)
    {
        foreach (object[][] chunk in rows.Chunk(MostRows))
        {
            StringBuilder sql = new($"INSERT INTO {into} VALUES ");
            int parameter = 0;
            foreach (object[] row in chunk)
            {
                sql.Append(parameter == 0 ? "(" : ", (");
                sql.AppendJoin(", ", row.Select(_ => $"@p{parameter++}")).Append(')');
            }

            await RunAsync(connection, sql.ToString(), cancel, [.. chunk.SelectMany(row => row)]).ConfigureAwait(false);
        }
    }

    /// <summary>Names are VARBINARY in MySQL, whose text types take "a" and "a " for the same, and text elsewhere.</summary>
    public static string Text(DbDataReader reader, int column) =>
        reader.GetValue(column) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : reader.GetString(column);

    private static DbCommand Command(DbConnection connection, string sql, object[] values)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
        {
            DbParameter parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{i}", values[i]);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
