using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller puts a message's bytes. Of use only until the marshaller returns.</summary>
public abstract class SerializationContext
{
    /// <summary>The whole message at once.</summary>
    public abstract void Complete(byte[] payload);

    /// <summary>Where the bytes go, to be followed by <see cref="Complete()"/>.</summary>
    public abstract IBufferWriter<byte> GetBufferWriter();

    /// <summary>Before <see cref="GetBufferWriter"/>: with the length known, the bytes need no copy.</summary>
    /// <param name="payloadLength">Exactly so many bytes follow.</param>
    public abstract void SetPayloadLength(int payloadLength);

    public abstract void Complete();
}
