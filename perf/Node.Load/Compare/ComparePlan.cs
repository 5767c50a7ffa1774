using System.Text.Json;
using System.Text.Json.Serialization;

namespace Node.Load.Compare;

/// <summary>What is compared with what: perf/compare.json, read.</summary>
internal sealed record ComparePlan
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public string ServerCpus { get; init; } = "";
    public string LoadCpus { get; init; } = "";

    /// <summary>The server that the others are divided by.</summary>
    public required string Baseline { get; init; }
    public required CompareBounds Full { get; init; }
    public required CompareBounds Quick { get; init; }
    public required CompareServer[] Servers { get; init; }
    public required CompareRow[] Rows { get; init; }

    /// <exception cref="InvalidOperationException">The file is no plan; the message says where.</exception>
    public static ComparePlan Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ComparePlan>(File.ReadAllText(file), s_json)
                ?? throw new InvalidOperationException($"{file} is empty.");
        }
        catch (JsonException fault)
        {
            throw new InvalidOperationException($"{file}: {fault.Message}", fault);
        }
    }
}

/// <summary>How often each cell is measured, and the arguments that bound it in time.</summary>
internal sealed record CompareBounds(int Rounds, string[] Arguments);

/// <summary>A server: {root} and {port} in its command and environment are filled in.</summary>
internal sealed record CompareServer
{
    public required string Name { get; init; }
    public required string Title { get; init; }
    public required string[] Command { get; init; }
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>Fetched before memory is read, where the server collects on request.</summary>
    public string? GcPath { get; init; }

    /// <summary>More arguments of Node.Load, whatever the row.</summary>
    public string[] Arguments { get; init; } = [];

    /// <summary>What rows of a mode add; where a row's mode is not named, the server is left out of it.</summary>
    public Dictionary<string, CompareMode> Modes { get; init; } = [];

    /// <summary>The arguments with which Node.Load reaches what a row calls "echo" or "room".</summary>
    public required Dictionary<string, string[]> Paths { get; init; }

    /// <summary>As it is started for rows of a mode; null: it takes no part in them.</summary>
    public CompareServer? In(string? mode) => mode is null ? this
        : !Modes.TryGetValue(mode, out CompareMode? more) ? null
        : this with { Command = [.. Command, .. more.Command], Environment = new(Environment.Concat(more.Environment)) };
}

/// <summary>How a server is started for rows of a mode: more of its command line, more environment.</summary>
internal sealed record CompareMode
{
    public string[] Command { get; init; } = [];
    public Dictionary<string, string> Environment { get; init; } = [];
}

/// <summary>One line of the comparison.</summary>
internal sealed record CompareRow
{
    public required string Name { get; init; }
    public required string Title { get; init; }
    public required string Scenario { get; init; }
    public required string Path { get; init; }
    public required string[] Arguments { get; init; }

    /// <summary>What the servers are started with beside their own; null: nothing.</summary>
    public string? Mode { get; init; }

    /// <summary>A field of the report, in snake case.</summary>
    public required string Metric { get; init; }
    public required string Unit { get; init; }

    /// <summary>At most: a multiple of the baseline where <see cref="Relative"/>, else a value.</summary>
    public double Goal { get; init; }
    public bool Relative { get; init; }
}
