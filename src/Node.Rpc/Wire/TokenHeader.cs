using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Node.Rpc;

/// <summary>The header <c>authorization</c>.</summary>
internal static class TokenHeader
{
    public const string Name = "authorization";

    public static string Value(string token) => $"Bearer {token}";

    /// <summary>In a time that says nothing of where the two differ; their lengths are no secret.</summary>
    public static bool AreEqual(string? received, string expected) =>
        CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(received.AsSpan()), MemoryMarshal.AsBytes(expected.AsSpan()));
}
