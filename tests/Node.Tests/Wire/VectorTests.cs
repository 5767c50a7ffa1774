using System.Text;
using System.Text.Json;
using Node.Wire;

namespace Node.Tests.Wire;

/// <summary>Runs protocol/vectors, the same files that other implementations can run.</summary>
public class VectorTests
{
    public static TheoryData<string> Frames => Names("frames.json");

    public static TheoryData<string> Texts => Names("utf8.json");

    public static TheoryData<string> Handshakes => Names("handshake.json");

    [Theory]
    [MemberData(nameof(Frames))]
    public void Frames_give_their_events_however_they_are_cut(string name)
    {
        JsonElement vector = Find("frames.json", name);
        byte[] input = Convert.FromHexString(vector.GetProperty("input").GetString()!);
        string[] expected = [.. vector.GetProperty("events").EnumerateArray().Select(Describe)];
        foreach (int piece in new[] { input.Length, 1, 2, 3, 7, 100 })
        {
            IEnumerable<int> pieces = Enumerable.Repeat(piece, input.Length / Math.Max(1, piece));
            IEnumerable<string> events = WireFeed.Read(input, pieces, Feed(vector)).Select(WithoutReason);
            Assert.Equal(expected, events);
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Texts_are_judged_at_the_right_byte(string name)
    {
        JsonElement vector = Find("utf8.json", name);
        byte[] bytes = Convert.FromHexString(vector.GetProperty("bytes").GetString()!);
        int failsAt = vector.TryGetProperty("failsAt", out JsonElement at) ? at.GetInt32() : -1;
        var validator = default(Utf8Validator);
        int failed = -1;
        for (int i = 0; i < bytes.Length && failed < 0; i++)
        {
            failed = validator.Append(bytes.AsSpan(i, 1)) ? -1 : i;
        }

        Assert.Equal(failsAt, failed);
        string result = failed >= 0 ? "invalid" : validator.IsComplete ? "valid" : "incomplete";
        Assert.Equal(vector.GetProperty("result").GetString(), result);
        Assert.Equal(failsAt < 0, default(Utf8Validator).Append(bytes));
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void Handshakes_are_answered_as_expected(string name)
    {
        JsonElement vector = Find("handshake.json", name);
        JsonElement expect = vector.GetProperty("expect");
        string answer = HandshakeTexts.Answer(vector.GetProperty("request").GetString()!, Options(vector));
        Assert.StartsWith($"HTTP/1.1 {expect.GetProperty("status").GetInt32()} ", answer);
        foreach ((string property, string header) in new[]
        {
            ("accept", "Sec-WebSocket-Accept"), ("subprotocol", "Sec-WebSocket-Protocol"),
            ("extensions", "Sec-WebSocket-Extensions"), ("versions", "Sec-WebSocket-Version"),
        })
        {
            string? value = expect.TryGetProperty(property, out JsonElement found) ? found.GetString() : null;
            string[] expected = value is null ? [] : [$"{header}: {value}"];
            Assert.Equal(expected, answer.Split("\r\n").Where(line => line.StartsWith(header + ":")));
        }
    }

    private static WireFeed Feed(JsonElement vector)
    {
        bool isClient = vector.TryGetProperty("role", out JsonElement role) && role.GetString() == "client";
        int limit = vector.TryGetProperty("maxMessageBytes", out JsonElement max) ? max.GetInt32() : 65536;
        Inflater? inflater = vector.TryGetProperty("deflate", out JsonElement deflate)
            ? new Inflater(
                deflate.GetProperty("windowBits").GetInt32(), deflate.GetProperty("contextTakeover").GetBoolean())
            : null;
        return new WireFeed(isClient ? WireRole.Client : WireRole.Server, limit, inflater);
    }

    private static HandshakeOptions Options(JsonElement vector)
    {
        if (!vector.TryGetProperty("server", out JsonElement server))
        {
            return new HandshakeOptions();
        }

        return new HandshakeOptions
        {
            Subprotocols = Strings(server, "subprotocols"),
            Origins = new OriginPolicy(Strings(server, "origins")),
            Deflate = server.TryGetProperty("deflate", out _) ? HandshakeTexts.Lenient : new DeflateOptions(),
        };
    }

    private static string[] Strings(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray().Select(s => s.GetString()!)] : [];

    private static string Describe(JsonElement found)
    {
        string kind = found.GetProperty("kind").GetString()!;
        string hex = found.TryGetProperty("payload", out JsonElement given) ? given.GetString()! : "";
        byte[] payload = Convert.FromHexString(hex);
        return kind switch
        {
            "message" when found.GetProperty("opcode").GetString() == "text" =>
                $"Text {Encoding.UTF8.GetString(payload)}",
            "message" => $"Binary {Convert.ToHexString(payload)}",
            "ping" => $"Ping {Convert.ToHexString(payload)}",
            "pong" => $"Pong {Convert.ToHexString(payload)}",
            "close" => $"Close {found.GetProperty("code").GetInt32()} {Encoding.UTF8.GetString(payload)}",
            _ => $"Error {found.GetProperty("code").GetInt32()}",
        };
    }

    private static string WithoutReason(string text) =>
        text.StartsWith("Error ", StringComparison.Ordinal) ? text[..10] : text;

    private static TheoryData<string> Names(string file) =>
        [.. Vectors(file).Select(v => v.GetProperty("name").GetString()!).Distinct()];

    private static JsonElement Find(string file, string name) =>
        Vectors(file).First(v => v.GetProperty("name").GetString() == name);

    private static JsonElement[] Vectors(string file)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Node.sln")))
        {
            folder = folder.Parent;
        }

        string path = Path.Combine(folder!.FullName, "protocol", "vectors", file);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.GetProperty("vectors").EnumerateArray().Select(v => v.Clone())];
    }
}
