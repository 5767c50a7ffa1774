using Node.Wire;

namespace Node.Hub;

/// <summary>
/// How one connection's messages are compressed on their way out. Without context takeover every connection of the same
/// window can be sent the same compressed frame, and the bucket's deflater serves them all; with it, the connection has a
/// deflater of its own, and none of its frames may be dropped, because later ones refer to them. Loop thread only.
/// </summary>
internal sealed class Compression(DeflateAgreement agreement, DeflateOptions options) : IDisposable
{
    private readonly Deflater? _own =
        agreement.ServerContextTakeover ? agreement.CreateDeflater(WireRole.Server, options.Level) : null;

    public int WindowBits => agreement.ServerWindowBits;

    public bool IsShared => _own is null;

    public Deflater Deflater(FrameBuilder builder) => _own ?? builder.SharedDeflater(agreement);

    public void Dispose() => _own?.Dispose();
}
