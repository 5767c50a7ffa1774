using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Node.Wire.Messages;

namespace Node.Tests.Messages;

public class JsonDataTests
{
    [Theory]
    [InlineData("""{"token":"abc"}""", "abc")]
    [InlineData(""" { "x" : {"token":"no"} , "y":[{"token":1}], "token" : "a\u0062c" , "z":1 } """, "abc")]
    [InlineData("""{"token":"","token":"second"}""", "")]
    [InlineData("""{"token":1}""", null)]
    [InlineData("""{"token":null}""", null)]
    [InlineData("""{"token":"\ud800"}""", null)]
    [InlineData("""{"token":"12345678901234567"}""", null)]
    [InlineData("""{"tokens":"abc","toke":"abc"}""", null)]
    [InlineData("""{"token":"abc",}""", null)]
    [InlineData("""["token","abc"]""", null)]
    [InlineData("""{}""", null)]
    [InlineData("", null)]
    public void A_string_is_found_by_name(string data, string? expected)
    {
        Span<byte> buffer = stackalloc byte[16];
        bool found = JsonData.TryGetString(Encoding.UTF8.GetBytes(data), "token"u8, buffer, out ReadOnlySpan<byte> value);
        Assert.Equal(expected is not null, found);
        Assert.Equal(expected ?? "", Encoding.UTF8.GetString(value));
    }

    [Theory]
    [InlineData("""{"limit":20}""", 20)]
    [InlineData("""{"limit": 0 }""", 0)]
    [InlineData("""{"limit":-1}""", null)]
    [InlineData("""{"limit":1.5}""", null)]
    [InlineData("""{"limit":"20"}""", null)]
    [InlineData("""{"limit":[20]}""", null)]
    [InlineData("20", null)]
    public void A_number_is_found_by_name(string data, int? expected)
    {
        bool found = JsonData.TryGetNumber(Encoding.UTF8.GetBytes(data), "limit"u8, out ulong value);
        Assert.Equal(expected is not null, found);
        Assert.Equal((ulong)(expected ?? 0), value);
    }

    [Fact]
    public void A_member_is_found_behind_any_other()
    {
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(MessageGen.Json.ToArbitrary(), other =>
        {
            byte[] data = Encoding.UTF8.GetBytes($$"""{"other":{{other}},"limit":7}""");
            Assert.True(JsonData.TryGetNumber(data, "limit"u8, out ulong value));
            Assert.Equal(JsonDocument.Parse(data).RootElement.GetProperty("limit").GetUInt64(), value);
        }));
    }
}
