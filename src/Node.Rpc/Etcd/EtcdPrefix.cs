using Google.Protobuf;

namespace Node.Rpc.Etcd;

/// <summary>A prefix as the pair of bounds that etcd asks for: from the first, up to but without the second.</summary>
internal readonly record struct EtcdPrefix(ByteString From, ByteString Until)
{
    private static readonly ByteString Zero = ByteString.CopyFrom(0);

    public static EtcdPrefix Of(string prefix)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(prefix);
        // UTF-8 has no byte 255, so the last byte can always be counted up.
        return bytes.Length == 0 ? new(Zero, Zero) : new(ByteString.CopyFrom(bytes), ByteString.CopyFrom([.. bytes[..^1], (byte)(bytes[^1] + 1)]));
    }

    /// <summary>What comes after a key.</summary>
    public EtcdPrefix After(ByteString key) => this with { From = ByteString.CopyFrom([.. key.Span, 0]) };
}
