namespace Node.Load.Dialects;

internal enum Saying
{
    /// <summary>Nothing that a scenario wants to know.</summary>
    Aside,

    /// <summary>A message of the room, or an echo.</summary>
    Message,

    /// <summary>The connection is usable: what <see cref="Dialect.Greeting"/> asked for is done.</summary>
    Ready,

    /// <summary>To be answered with <see cref="Dialect.Pong"/>.</summary>
    Ping,
}

/// <summary>One thing that a server said.</summary>
/// <param name="kind">What it is.</param>
/// <param name="text">The message, whatever else it holds.</param>
/// <param name="size">Bytes that it takes.</param>
internal readonly ref struct Said(Saying kind, ReadOnlySpan<byte> text, int size)
{
    public Saying Kind { get; } = kind;

    public ReadOnlySpan<byte> Text { get; } = text;

    public int Size { get; } = size;
}
