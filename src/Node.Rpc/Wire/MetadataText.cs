using Grpc.Core;

namespace Node.Rpc;

/// <summary>Metadata as header values: bytes in base64.</summary>
internal static class MetadataText
{
    /// <summary>Without padding, as the protocol wants it sent.</summary>
    public static string Value(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=') : entry.Value;

    /// <summary>Takes a received header over, unless it is the protocol's own.</summary>
    public static void AddReceived(Metadata metadata, string name, string value)
    {
        string key = name.ToLowerInvariant();
        if (IsReserved(key)) return;
        if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            metadata.Add(Metadata.Entry.Received(key, value));
            return;
        }

        // Several values of one key may have been joined on the way.
        foreach (string part in value.Split(','))
        {
            // What is no base64 is nobody's bytes.
            if (TryDecode(part.Trim(), out byte[] bytes)) metadata.Add(Metadata.Entry.Received(key, bytes));
        }
    }

    /// <summary>Keys that the protocol keeps for itself: not taken over, and not sent for a caller.</summary>
    public static bool IsReserved(string key) =>
        key.StartsWith(':') || key.StartsWith("grpc-", StringComparison.Ordinal) || key is "te" or "content-type";

    private static bool TryDecode(string text, out byte[] bytes)
    {
        string padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        bytes = new byte[padded.Length / 4 * 3];
        bool good = Convert.TryFromBase64String(padded, bytes, out int length);
        bytes = good ? bytes[..length] : [];
        return good;
    }
}
