using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>The one compression that we offer, message by message.</summary>
internal static class Gzip
{
    public const string Name = "gzip";

    /// <summary>What we understand, as <c>grpc-accept-encoding</c> says it.</summary>
    public const string Accepted = "identity,gzip";

    public static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> message)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(message);
        }

        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }

    /// <param name="payload">A whole message.</param>
    /// <param name="maxSize">Bytes of the result; it is not decompressed further: a small message can hold a very large one.</param>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: too large. INTERNAL: no gzip.</exception>
    public static ReadOnlySequence<byte> Decompress(ReadOnlySequence<byte> payload, int maxSize)
    {
        var message = new ArrayBufferWriter<byte>();
        using var gzip = new GZipStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
        try
        {
            while (gzip.Read(message.GetSpan()) is > 0 and int count)
            {
                message.Advance(count);
                if (message.WrittenCount > maxSize) throw Failures.TooLargeToReceive(message.WrittenCount, maxSize);
            }
        }
        catch (InvalidDataException exception)
        {
            throw new RpcException(new Status(StatusCode.Internal, "a compressed message cannot be decompressed", exception));
        }

        return new ReadOnlySequence<byte>(message.WrittenMemory);
    }
}
