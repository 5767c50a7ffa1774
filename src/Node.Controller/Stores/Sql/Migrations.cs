using System.Data.Common;
using System.Reflection;

namespace Node.Controller.Stores.Sql;

/// <summary>
/// Brings a schema up to date by numbered files, <c>0001_members.sql</c> and on, each applied once; statements end with a semicolon at a line's
/// end. Not every database rolls a change of its schema back, so each statement can be repeated: a migration that was
/// interrupted is applied again.
/// </summary>
internal sealed class Migrations(SqlDialect dialect)
{
    /// <summary>The files, by version.</summary>
    public IReadOnlyList<(int Version, string Sql)> All { get; } = Read(dialect.Name);

    /// <summary>Applies what is missing, while no other controller does.</summary>
    /// <param name="upTo">The last version to apply; for tests.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The version that was there, and the one that is there now.</returns>
    /// <exception cref="IOException">The schema is newer than this program.</exception>
    public async Task<(int From, int To)> ApplyAsync(int upTo, CancellationToken cancel)
    {
        await using DbConnection connection = dialect.Connect();
        await connection.OpenAsync(cancel).ConfigureAwait(false);
        await dialect.LockAsync(connection, cancel).ConfigureAwait(false);
        try
        {
            return await ApplyLockedAsync(connection, Math.Min(upTo, All[^1].Version), cancel).ConfigureAwait(false);
        }
        finally
        {
            await dialect.UnlockAsync(connection, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<(int From, int To)> ApplyLockedAsync(DbConnection connection, int upTo, CancellationToken cancel)
    {
        await SqlCommands.RunAsync(connection, "CREATE TABLE IF NOT EXISTS schema_version (version INT NOT NULL PRIMARY KEY)", cancel)
            .ConfigureAwait(false);
        int from = (int)(await SqlCommands.NumberAsync(connection, "SELECT MAX(version) FROM schema_version", cancel).ConfigureAwait(false) ?? 0);
        if (from > All[^1].Version)
        {
            throw new IOException($"the schema of {dialect.Name} has version {from}; this program knows versions up to {All[^1].Version}");
        }

        foreach ((int version, string sql) in All.Where(file => file.Version > from && file.Version <= upTo))
        {
            foreach (string statement in sql.Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                await SqlCommands.RunAsync(connection, statement, cancel).ConfigureAwait(false);
            }

            await SqlCommands.RunAsync(connection, "INSERT INTO schema_version VALUES (@p0)", cancel, version).ConfigureAwait(false);
        }

        return (from, Math.Max(from, upTo));
    }

    private static List<(int, string)> Read(string folder)
    {
        Assembly assembly = typeof(Migrations).Assembly;
        string prefix = $"Node.Controller.Stores.Sql.Migrations.{folder}.";
        return
        [
            .. from name in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)
               where name.StartsWith(prefix, StringComparison.Ordinal)
               select (int.Parse(name.AsSpan(prefix.Length, 4), System.Globalization.CultureInfo.InvariantCulture), TextOf(assembly, name)),
        ];
    }

    private static string TextOf(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
