using Node.Load.Stats;

namespace Node.Load.Soak;

/// <summary>The server at one moment. Bytes and seconds; what counts counts since the server's start.</summary>
internal sealed record ServerSample
{
    /// <summary>Since the run began.</summary>
    public double Second { get; init; }

    /// <summary>Resident memory.</summary>
    public double Resident { get; init; }

    /// <summary>Managed heap after the last collection.</summary>
    public double Heap { get; init; }
    public double Descriptors { get; init; }
    public double Threads { get; init; }
    public double CpuSeconds { get; init; }
    public double Connections { get; init; }
    public double Users { get; init; }
    public double Rooms { get; init; }
    public double Members { get; init; }

    /// <summary>Bytes that wait for connections that do not keep up.</summary>
    public double Queued { get; init; }

    /// <summary>Objects that are out of their pools.</summary>
    public double Rented { get; init; }

    /// <summary>Bytes that rooms remember.</summary>
    public double History { get; init; }

    /// <summary>What the controller knows of: connections, users, memberships, rooms.</summary>
    public double Controlled { get; init; }
    public double DroppedOldest { get; init; }
    public double DroppedConflated { get; init; }
    public double DroppedAtClose { get; init; }
    public double PauseSeconds { get; init; }
    public double Collections { get; init; }
    public double Sent { get; init; }

    /// <summary>Handlers and loops that threw, accepts that failed.</summary>
    public double Faults { get; init; }

    /// <exception cref="HttpRequestException">It does not answer.</exception>
    /// <exception cref="IOException">Its process is gone, or what answers is no node.</exception>
    public static async Task<ServerSample> TakeAsync(HttpClient http, SoakTarget target, double second, CancellationToken cancel)
    {
        var metrics = new MetricsText(await http.GetStringAsync(target.Metrics, cancel).ConfigureAwait(false));
        if (!metrics.Has("node_connections"))
        {
            throw new IOException($"{target.Metrics} answers, but not with a node's metrics");
        }

        return new ServerSample
        {
            Second = second,
            Resident = target.Pid > 0 ? ProcessSample.ReadResidentBytes(target.Pid) : metrics.Sum("dotnet_process_memory_working_set_bytes"),
            Heap = metrics.Sum("dotnet_gc_last_collection_heap_size_bytes") - metrics.Sum("dotnet_gc_last_collection_heap_fragmentation_size_bytes"),
            Descriptors = metrics.Sum("process_open_fds"),
            Threads = metrics.Sum("process_threads"),
            CpuSeconds = metrics.Sum("dotnet_process_cpu_time_seconds_total"),
            Connections = metrics.Sum("node_connections"),
            Users = metrics.Sum("node_users"),
            Rooms = metrics.Sum("node_rooms"),
            Members = metrics.Sum("node_members"),
            Queued = metrics.Sum("node_queue_size_bytes"),
            Rented = metrics.Sum("node_pool_rented"),
            History = metrics.Sum("node_history_size_bytes"),
            Controlled = metrics.Sum("controller_connections") + metrics.Sum("controller_users")
                + metrics.Sum("controller_memberships") + metrics.Sum("controller_rooms"),
            DroppedOldest = metrics.Sum("node_drops_total", "drop_oldest"),
            DroppedConflated = metrics.Sum("node_drops_total", "latest_only"),
            DroppedAtClose = metrics.Sum("node_drops_total", "\"close\""),
            PauseSeconds = metrics.Sum("dotnet_gc_pause_time_seconds_total"),
            Collections = metrics.Sum("dotnet_gc_collections_total"),
            Sent = metrics.Sum("node_messages_sent_total"),
            Faults = metrics.Sum("node_handler_faults_total") + metrics.Sum("node_loop_faults_total") + metrics.Sum("node_accept_errors_total"),
        };
    }

    /// <summary>CPUs that it has used since an earlier moment.</summary>
    public double CpusSince(ServerSample earlier) => (CpuSeconds - earlier.CpuSeconds) / Math.Max(1e-3, Second - earlier.Second);
}
