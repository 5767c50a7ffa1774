using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Node.Controller.State;

namespace Node.Controller.Stores.Redis;

/// <summary>
/// Values as Redis holds them. A connection, of which there are many: a version byte, 8 bytes of time, then user and rooms, each a
/// length byte and UTF-8. Nodes and rooms, of which there are few: JSON, for people.
/// </summary>
internal static class RedisCodec
{
    private const byte Version = 1;
    private const int HeadBytes = 9;

    public static byte[] Connection(ConnectionRecord record)
    {
        byte[] value = new byte[HeadBytes + NameBytes(record.User) + record.Rooms.Sum(NameBytes)];
        value[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(1), record.SinceMs);
        int at = HeadBytes + WriteName(value.AsSpan(HeadBytes), record.User);
        foreach (string room in record.Rooms)
        {
            at += WriteName(value.AsSpan(at), room);
        }

        return value;
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ConnectionRecord Connection(ConnectionKey key, byte[] value)
    {
        if (value.Length <= HeadBytes || value[0] != Version)
        {
            throw Bad(key.ToString());
        }

        int at = HeadBytes;
        string user = ReadName(key, value, ref at);
        List<string> rooms = [];
        while (at < value.Length)
        {
            rooms.Add(ReadName(key, value, ref at));
        }

        return new ConnectionRecord(key, user, BinaryPrimitives.ReadInt64LittleEndian(value.AsSpan(1)), rooms);
    }

    public static byte[] Json<T>(T record) => JsonSerializer.SerializeToUtf8Bytes(record);

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static T Json<T>(string field, byte[] value)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(value) ?? throw Bad(field);
        }
        catch (JsonException)
        {
            throw Bad(field);
        }
    }

    private static int NameBytes(string name) => 1 + Encoding.UTF8.GetByteCount(name);

    private static int WriteName(Span<byte> to, string name)
    {
        int length = Encoding.UTF8.GetBytes(name, to[1..]);
        to[0] = checked((byte)length);
        return 1 + length;
    }

    private static string ReadName(ConnectionKey key, byte[] value, ref int at)
    {
        int from = at + 1;
        at = from + value[at];
        return at <= value.Length ? Encoding.UTF8.GetString(value, from, at - from) : throw Bad(key.ToString());
    }

    private static InvalidDataException Bad(string what) => new($"Redis holds a value for {what} that is not ours");
}
