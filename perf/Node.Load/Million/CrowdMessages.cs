using System.Globalization;
using System.Text;
using Node.Load.Net;

namespace Node.Load.Million;

/// <summary>What a client of a crowd sends, made in place: what is returned is good until the next call. One thread only.</summary>
internal sealed class CrowdMessages(CrowdPlan plan)
{
    public const int JoinsPerClient = 2;
    public const int DrainCode = 3001;

    private const string RetryMark = "retry_ms=";
    private const string NodeMark = "node=";

    private static readonly byte[] s_joinEverybody = ClientFrame.Create(
        ServerFrame.Text, Encoding.UTF8.GetBytes($$"""{"message_id":"join","seq":2,"room":"{{CrowdPlan.Everybody}}"}"""));

    private readonly Dictionary<string, int> _nodes = Enumerable.Range(0, plan.Nodes)
        .ToDictionary(node => string.Create(CultureInfo.InvariantCulture, $"{plan.NodeAddress(node)}:{CrowdPlan.ClientPort}"));

    private readonly UserTokens _tokens = new(plan.Secret);
    private readonly byte[][] _requests = new byte[plan.Nodes][];
    private readonly byte[] _buffer = new byte[2048];

    /// <summary>The handshake of a user, with its token.</summary>
    public ReadOnlySpan<byte> Request(int user, int node)
    {
        ReadOnlySpan<byte> head = "GET /ws?token="u8;
        head.CopyTo(_buffer);
        Span<char> name = stackalloc char[32];
        _ = name.TryWrite(CultureInfo.InvariantCulture, $"user-{user}", out int length);
        int at = head.Length + _tokens.Write(_buffer.AsSpan(head.Length), name[..length]);

        // Everything after the token, as Upgrade makes it for a path of one character.
        byte[] rest = _requests[node] ??= Upgrade.CreateRequest(
            "/", string.Create(CultureInfo.InvariantCulture, $"{plan.NodeAddress(node)}:{CrowdPlan.ClientPort}"))["GET /".Length..];
        rest.CopyTo(_buffer, at);
        return _buffer.AsSpan(0, at + rest.Length);
    }

    public ReadOnlySpan<byte> Joins(int room)
    {
        Span<byte> text = stackalloc byte[128];
        if (!System.Text.Unicode.Utf8.TryWrite(
            text, CultureInfo.InvariantCulture, $"{{\"message_id\":\"join\",\"seq\":1,\"room\":\"room-{room}\"}}", out int size))
        {
            throw new InvalidOperationException("A join does not fit.");
        }

        int at = ClientFrame.Write(_buffer, ServerFrame.Text, text[..size]);
        s_joinEverybody.CopyTo(_buffer, at);
        return _buffer.AsSpan(0, at + s_joinEverybody.Length);
    }

    public ReadOnlySpan<byte> Pong(ReadOnlySpan<byte> ping) => _buffer.AsSpan(0, ClientFrame.Write(_buffer, ServerFrame.Pong, ping));

    public static bool IsJoinReply(ReadOnlySpan<byte> payload) => payload.StartsWith("{\"message_id\":\"join\",\"seq\":"u8);

    /// <summary>When a close says to come back, in milliseconds; -1: it does not say.</summary>
    public static int RetryOf(string reason)
    {
        int at = reason.IndexOf(RetryMark, StringComparison.Ordinal);
        string digits = at < 0 ? "" : new string([.. reason[(at + RetryMark.Length)..].TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out int retry) ? retry : -1;
    }

    /// <summary>Where a close says to come back, as a node's number; -1: it does not say, or names none of them.</summary>
    public int NodeOf(string reason)
    {
        int at = reason.IndexOf(NodeMark, StringComparison.Ordinal);
        return at < 0 ? -1 : _nodes.GetValueOrDefault(reason[(at + NodeMark.Length)..], -1);
    }
}
