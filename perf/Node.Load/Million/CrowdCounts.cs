using System.Text.Json;

namespace Node.Load.Million;

/// <summary>What a load process has counted since it began; the parent adds them up.</summary>
internal sealed record CrowdCounts
{
    /// <summary>Clients that are in their rooms now.</summary>
    public long Ready { get; set; }

    public long Opening { get; set; }

    /// <summary>Connections that ended although nothing was done to their node.</summary>
    public long Lost { get; set; }

    /// <summary>Connections that ended with a node that was killed.</summary>
    public long Killed { get; set; }

    /// <summary>Closes with 3001, and those of them that did not say when to come back.</summary>
    public long Drained { get; set; }
    public long WithoutHint { get; set; }

    /// <summary>Closes with 3001 that named another node, where their clients then came back.</summary>
    public long Directed { get; set; }

    /// <summary>Clients that lost their connection and are in their rooms again.</summary>
    public long Returned { get; set; }

    /// <summary>Connects and handshakes that failed, and what the first one said.</summary>
    public long Failed { get; set; }
    public string? Problem { get; set; }

    public long Broadcasts { get; set; }
    public long Everybody { get; set; }
    public long Rooms { get; set; }

    /// <summary>Messages of a room that came out of order or twice, and that did not come.</summary>
    public long Repeated { get; set; }
    public long Missed { get; set; }

    public long Pings { get; set; }

    /// <summary>Monotonic time in Stopwatch ticks of the latest delivery.</summary>
    public long LastDeliveryAt { get; set; }

    public string ToJson() => JsonSerializer.Serialize(this);

    public static CrowdCounts Sum(IReadOnlyCollection<CrowdCounts> all) => new()
    {
        Ready = all.Sum(one => one.Ready),
        Opening = all.Sum(one => one.Opening),
        Lost = all.Sum(one => one.Lost),
        Killed = all.Sum(one => one.Killed),
        Drained = all.Sum(one => one.Drained),
        WithoutHint = all.Sum(one => one.WithoutHint),
        Directed = all.Sum(one => one.Directed),
        Returned = all.Sum(one => one.Returned),
        Failed = all.Sum(one => one.Failed),
        Problem = all.Select(one => one.Problem).FirstOrDefault(problem => problem is not null),
        Broadcasts = all.Sum(one => one.Broadcasts),
        Everybody = all.Sum(one => one.Everybody),
        Rooms = all.Sum(one => one.Rooms),
        Repeated = all.Sum(one => one.Repeated),
        Missed = all.Sum(one => one.Missed),
        Pings = all.Sum(one => one.Pings),
        LastDeliveryAt = all.Select(one => one.LastDeliveryAt).DefaultIfEmpty().Max(),
    };
}
