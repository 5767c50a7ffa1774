namespace Node.Tests.Simulation;

/// <summary>A peer without a plan: writes, reads, ends and resets as the seed has it.</summary>
internal sealed class SimulatedPeer(SimulatedSocket socket)
{
    public SimulatedSocket Socket { get; } = socket;

    public SimulatedSession? Session { get; set; }

    public List<byte> Written { get; } = [];

    public List<byte> Received { get; } = [];

    public bool HasReset { get; private set; }

    public void Read(int most) => Received.AddRange(Socket.Read(most));

    public void Disturb(Random random, bool gentle)
    {
        switch (random.Next(40))
        {
            case < 8:
                byte[] bytes = new byte[random.Next(1, 300)];
                random.NextBytes(bytes);
                Socket.Write(bytes);
                Written.AddRange(bytes);
                break;
            case < 22:
                Read(random.Next(1, 2000));
                break;
            case 22 when !gentle && random.Next(6) == 0:
                HasReset = true;
                Socket.Reset();
                break;
            case 23 when (!gentle && random.Next(4) == 0) || Socket.ServerEnded:
                Socket.End();
                break;
        }
    }
}
