using System.Net;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.BadInput;

/// <summary>
/// A real process is sent everything that it should not be. It lives, its memory stays bounded, its log names no fault, and fifty
/// clients who chat meanwhile notice nothing.
/// </summary>
public sealed class BadInputTests
{
    private const int ChatterCount = 50;

    // Far over what it should take, far under what a leak or an unbounded queue takes.
    private const long MaxGrowth = 200L * 1024 * 1024;

    private static readonly Dictionary<string, Func<IPEndPoint, Task>> ByName = new()
    {
        ["other protocols"] = Attacks.OtherProtocols,
        ["random bytes"] = Attacks.RandomBytes,
        ["huge headers"] = Attacks.HugeHeaders,
        ["mutated frames"] = Attacks.MutatedFrames,
        ["conversations broken off"] = Attacks.BrokenOff,
        ["resets while writing"] = Attacks.ResetsWhileWriting,
        ["bombs"] = Attacks.Bombs,
        ["two-byte starts"] = Attacks.TwoByteStarts,
    };

    [Fact]
    public void The_reader_makes_of_every_two_byte_start_what_the_RFC_says()
    {
        using var context = new MessageReaderContext(WireRole.Server);
        foreach (TwoByteStart start in TwoByteStart.All)
        {
            var reader = new MessageReader(null);
            WireEvent wireEvent = reader.Read(start.Bytes, context);
            Assert.True(
                wireEvent.Kind == start.Kind && (wireEvent.Error?.Code ?? CloseCode.ProtocolError) == CloseCode.ProtocolError,
                $"{start} became {wireEvent.Kind} {wireEvent.Error}");
            reader.Release(context);
        }
    }

    [Fact]
    public async Task Nobody_notices_what_a_stranger_sends()
    {
        await using NodeProcessUnderTest node = await NodeProcessUnderTest.StartAsync(("COMPRESSION_ENABLED", "true"));
        await using Chatters chatters = await Chatters.JoinAsync(node.EndPoint, ChatterCount);
        long before = node.ResidentBytes();
        foreach ((string name, Func<IPEndPoint, Task> attack) in ByName)
        {
            int heard = chatters.Published;
            long started = Environment.TickCount64;
            await chatters.ChatWhileAsync(() => attack(node.EndPoint));
            TestContext.Current.SendDiagnosticMessage(
                $"{name}: {Environment.TickCount64 - started} ms, {chatters.Published - heard} messages, {node.ResidentBytes() >> 20} MiB");
            Assert.True(node.IsRunning, $"{name} ended the process:\n{node.Output}");
            Assert.True(chatters.Published > heard, $"nothing was heard during {name}");
        }

        Assert.InRange(node.ResidentBytes() - before, long.MinValue, MaxGrowth);
        foreach (string level in (string[])[" warn ", " error ", " fatal "])
        {
            Assert.DoesNotContain(level, node.Output);
        }
    }
}
