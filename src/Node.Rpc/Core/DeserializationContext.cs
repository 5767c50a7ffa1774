using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller finds a message's bytes. Of use only until the marshaller returns.</summary>
public abstract class DeserializationContext
{
    public abstract int PayloadLength { get; }

    public abstract byte[] PayloadAsNewBuffer();

    /// <summary>Not copied: the bytes are gone when the marshaller returns.</summary>
    public abstract ReadOnlySequence<byte> PayloadAsReadOnlySequence();
}
