using Node.Protocol.Connect;

namespace Node.Connect.Cluster;

/// <summary>A push-manager that is attached to this node. The bus's thread.</summary>
internal sealed class ManagerLink(string manager, IManagerStream stream)
{
    private readonly Queue<Batch> _batches = new();
    private FromNode _next = new();

    public string Manager { get; } = manager;

    /// <summary>The resync that waits for this node to have its view.</summary>
    public Resync? Asked { get; set; }

    /// <summary>The view in which everything of this manager is linked; null before the first resync.</summary>
    public ulong? SyncedView { get; set; }

    public void Add(FromNode.Types.Step step) => _next.Steps.Add(step);

    /// <summary>A batch of deliveries has come; it is acknowledged once it and all before it are done with.</summary>
    public Batch Begin(ulong number, int deliveries)
    {
        var batch = new Batch(number, new uint[deliveries]);
        _batches.Enqueue(batch);
        return batch;
    }

    public void Flush()
    {
        while (_batches.TryPeek(out Batch? batch) && batch.IsDone)
        {
            _batches.Dequeue();
            if (_next.Ack is not null)
            {
                Send();
            }

            _next.Ack = new Ack { Batch = batch.Number, Reached = { batch.Reached } };
        }

        if (_next.Steps.Count > 0 || _next.Ack is not null)
        {
            Send();
        }
    }

    private void Send()
    {
        FromNode message = _next;
        _next = new FromNode();
        stream.Send(message);
    }

    internal sealed class Batch(ulong number, uint[] reached)
    {
        public ulong Number { get; } = number;

        public uint[] Reached { get; } = reached;

        /// <summary>How many parts of it the hub was given, and whether that is all.</summary>
        public int Parts { get; set; }

        public bool IsHandedOver { get; set; }

        /// <summary>Counted by the hub's threads.</summary>
        public int PartsDone;

        public bool IsDone => IsHandedOver && Volatile.Read(ref PartsDone) == Parts;
    }
}
