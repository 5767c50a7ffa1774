using System.Text;
using System.Text.Json;
using Node.Wire.Messages;

namespace Node.Tests.Messages;

/// <summary>Runs protocol/vectors/messages.json.</summary>
public class VectorTests
{
    private static readonly JsonElement s_file = Load();

    public static TheoryData<string> Valid => Names("valid");

    public static TheoryData<string> Invalid => Names("invalid");

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_vector_reads_and_writes_in_both_encodings(string name)
    {
        JsonElement vector = Find("valid", name);
        MessageModel fields = MessageModel.OfVector(vector.GetProperty("fields"));
        string json = vector.GetProperty("json").GetString()!;
        string proto = vector.GetProperty("proto").GetString()!;

        Assert.Equal(json, Encoding.UTF8.GetString(fields.ToJson()));
        Assert.Equal(proto, Convert.ToHexStringLower(fields.ToProto()));
        foreach (string text in Forms(vector, json, "also_json"))
        {
            Assert.Equal((fields, null), Codec.ReadJson(Encoding.UTF8.GetBytes(text)));
        }

        foreach (string hex in Forms(vector, proto, "also_proto"))
        {
            (MessageModel? message, string? error) = Codec.ReadProto(Convert.FromHexString(hex));
            Assert.Equal((fields.AsBinary(), null), (message, error));
            Assert.Equal(json, Encoding.UTF8.GetString(message!.ToJson()));
        }
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_vector_is_refused(string name)
    {
        JsonElement vector = Find("invalid", name);
        (MessageModel? message, string? error) = vector.TryGetProperty("json", out JsonElement json)
            ? Codec.ReadJson(Encoding.UTF8.GetBytes(json.GetString()!))
            : Codec.ReadProto(Convert.FromHexString(vector.GetProperty("proto").GetString()!));

        Assert.NotNull(error);
        bool badName = vector.GetProperty("verdict").GetString() == "bad_name";
        Assert.Equal(badName, ReadErrors.IsBadName(error));
        if (badName)
        {
            Assert.Equal(new MessageModel { Seq = ulong.Parse(vector.GetProperty("seq").GetString()!) }, message);
        }
    }

    private static IEnumerable<string> Forms(JsonElement vector, string first, string also) =>
        vector.TryGetProperty(also, out JsonElement others)
            ? others.EnumerateArray().Select(other => other.GetString()!).Prepend(first)
            : [first];

    private static string Key(JsonElement vector) =>
        (vector.TryGetProperty("json", out _) ? "json: " : "proto: ") + vector.GetProperty("name").GetString();

    private static TheoryData<string> Names(string list) => [.. s_file.GetProperty(list).EnumerateArray().Select(Key)];

    private static JsonElement Find(string list, string name) =>
        s_file.GetProperty(list).EnumerateArray().Single(vector => Key(vector) == name);

    private static JsonElement Load()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Node.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        string path = Path.Combine(folder.FullName, "protocol", "vectors", "messages.json");
        return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
    }
}
