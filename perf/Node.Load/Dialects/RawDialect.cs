using Node.Load.Net;

namespace Node.Load.Dialects;

/// <summary>None: what is sent to the path comes back as it is, to the sender or to everybody.</summary>
internal sealed class RawDialect : Dialect
{
    public override bool TryRead(ReadOnlySpan<byte> data, out Said said)
    {
        said = new Said(Saying.Message, data, data.Length);
        return true;
    }

    public override byte[] CreateMessage(Client client, ReadOnlySpan<byte> text) => text.ToArray();
}
