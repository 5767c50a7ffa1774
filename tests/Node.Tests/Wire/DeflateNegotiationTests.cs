using Node.Wire;

namespace Node.Tests.Wire;

/// <summary>RFC 7692, 5 and 7.1, seen from the server.</summary>
public class DeflateNegotiationTests
{
    [Theory]
    [InlineData("permessage-deflate", "permessage-deflate")]
    [InlineData("Permessage-Deflate", "permessage-deflate")]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate")]
    [InlineData("permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=10")]
    [InlineData("permessage-deflate; client_max_window_bits=8", "permessage-deflate; client_max_window_bits=8")]
    [InlineData("permessage-deflate;server_max_window_bits=\"9\"", "permessage-deflate; server_max_window_bits=9")]
    [InlineData("permessage-deflate ; server_max_window_bits = 15", "permessage-deflate")]
    [InlineData("permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover")]
    [InlineData("permessage-deflate; client_no_context_takeover", "permessage-deflate; client_no_context_takeover")]
    [InlineData("x-webkit-deflate-frame, permessage-deflate", "permessage-deflate")]
    [InlineData(
        "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=12",
        "permessage-deflate; server_max_window_bits=12")]
    [InlineData("permessage-deflate; unknown=1, permessage-deflate", "permessage-deflate")]
    [InlineData(
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        "permessage-deflate; server_max_window_bits=10")]
    [InlineData("foo; a=b; c, permessage-deflate", "permessage-deflate")]
    public void The_first_acceptable_offer_is_taken(string offer, string answer) =>
        Assert.Contains($"Sec-WebSocket-Extensions: {answer}\r\n", Answer(offer, HandshakeTexts.Lenient));

    [Theory]
    [InlineData("foo")]
    [InlineData("permessage-deflate; unknown")]
    [InlineData("permessage-deflate; server_no_context_takeover=1")]
    [InlineData("permessage-deflate; client_no_context_takeover=true")]
    [InlineData("permessage-deflate; server_no_context_takeover; server_no_context_takeover")]
    [InlineData("permessage-deflate; client_no_context_takeover; client_no_context_takeover")]
    [InlineData("permessage-deflate; client_max_window_bits; client_max_window_bits")]
    [InlineData("permessage-deflate; server_max_window_bits=10; server_max_window_bits=10")]
    [InlineData("permessage-deflate; server_max_window_bits")]
    [InlineData("permessage-deflate; server_max_window_bits=7")]
    [InlineData("permessage-deflate; server_max_window_bits=8")]
    [InlineData("permessage-deflate; server_max_window_bits=16")]
    [InlineData("permessage-deflate; server_max_window_bits=010")]
    [InlineData("permessage-deflate; server_max_window_bits=1x")]
    [InlineData("permessage-deflate; client_max_window_bits=16")]
    public void An_offer_that_cannot_be_met_is_declined_and_the_connection_opens(string offer)
    {
        string answer = Answer(offer, HandshakeTexts.Lenient);
        Assert.StartsWith("HTTP/1.1 101 ", answer);
        Assert.DoesNotContain("Extensions", answer);
    }

    [Fact]
    public void Off_by_default() =>
        Assert.DoesNotContain("Extensions", Answer("permessage-deflate", new DeflateOptions()));

    [Fact]
    public void The_servers_own_wishes_are_in_the_answer()
    {
        var options = new DeflateOptions { Enabled = true, ServerMaxWindowBits = 12, ClientMaxWindowBits = 11 };
        Assert.Contains(
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            + "server_max_window_bits=12; client_max_window_bits=11\r\n",
            Answer("permessage-deflate; client_max_window_bits", options));
        // A client that did not offer the parameter may not be asked for a smaller window.
        Assert.DoesNotContain("client_max", Answer("permessage-deflate", options));
    }

    [Fact]
    public void Offers_on_several_lines_are_one_list() =>
        Assert.Contains(
            "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=11\r\n",
            Answer(
                "foo\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=11\r\n"
                + "Sec-WebSocket-Extensions: permessage-deflate",
                HandshakeTexts.Lenient));

    [Fact]
    public void Equal_agreements_are_one_object()
    {
        DeflateAgreement agreed = HandshakeTexts.Agree("permessage-deflate; server_max_window_bits=10");
        Assert.Same(agreed, HandshakeTexts.Agree("permessage-deflate; server_max_window_bits=\"10\""));
        Assert.Equal(10, agreed.ServerWindowBits);
        Assert.Equal(15, agreed.ClientWindowBits);
        Assert.True(agreed.ServerContextTakeover);
        Assert.True(agreed.ClientContextTakeover);
    }

    private static string Answer(string offer, DeflateOptions options) => HandshakeTexts.Answer(
        HandshakeTexts.Request(changes: ("Sec-WebSocket-Extensions", offer)),
        new HandshakeOptions { Deflate = options });
}
