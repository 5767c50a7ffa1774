namespace Node.Wire;

/// <summary>
/// Assemblers of one loop, so that gathering a message allocates only when more of them are in progress than ever
/// before, or larger ones. It keeps at most <paramref name="keepCount"/> of at most <paramref name="keepBytes"/> each:
/// 1 MiB with the defaults. Loop thread only.
/// </summary>
/// <param name="keepCount">How many idle assemblers are kept.</param>
/// <param name="keepBytes">The largest buffer that an idle assembler keeps, in bytes.</param>
public sealed class MessageAssemblerPool(int keepCount = 16, int keepBytes = 64 * 1024)
{
    private readonly Stack<MessageAssembler> _idle = new(keepCount);

    /// <summary>Assemblers lent and not returned: messages in progress.</summary>
    public int Lent { get; private set; }

    public MessageAssembler Rent()
    {
        Lent++;
        return _idle.TryPop(out MessageAssembler? assembler) ? assembler : new MessageAssembler();
    }

    /// <summary>Takes one back. What it gathered stays readable until the next <see cref="Rent"/>.</summary>
    public void Return(MessageAssembler assembler)
    {
        Lent--;
        assembler.Clear(keepBytes);
        if (_idle.Count < keepCount)
        {
            _idle.Push(assembler);
        }
    }
}
