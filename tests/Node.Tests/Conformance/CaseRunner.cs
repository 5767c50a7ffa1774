using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance;

/// <summary>Plays a case against a node and compares what comes back, to the end of the stream.</summary>
internal static class CaseRunner
{
    // Longer cases are cut by the kernel anyway, and an octet a write would take seconds.
    private const int MaxOctets = 150;

    public static async Task RunAsync(TestNode node, WireCase wireCase)
    {
        foreach (Delivery delivery in Deliveries(node.Carrier, wireCase.Sent.Length <= MaxOctets))
        {
            try
            {
                await RunAsync(node, wireCase, delivery);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(
                    $"case {wireCase.Id} on {node.Carrier}, {delivery}: {exception.Message}", exception);
            }
        }
    }

    /// <summary>What carries the bytes is below what takes them apart: the hardest delivery is enough on the other carriers.</summary>
    private static Delivery[] Deliveries(Carrier carrier, bool isShort) => (carrier, isShort) switch
    {
        (Carrier.Epoll, true) => Enum.GetValues<Delivery>(),
        (Carrier.Epoll, false) => [Delivery.Whole, Delivery.Pipelined],
        (_, true) => [Delivery.Octets],
        _ => [Delivery.Pipelined],
    };

    private static async Task RunAsync(TestNode node, WireCase wireCase, Delivery delivery)
    {
        await using RawClient client = await node.ConnectAsync();
        Task sending = SendAsync(client, wireCase.Sent, delivery);
        await client.ReadUpgradedAsync();
        foreach (ServerFrame expected in wireCase.Expected)
        {
            ServerFrame frame = await client.ReadFrameAsync();
            bool same = frame.Opcode == expected.Opcode && frame.IsFinal && !frame.IsCompressed
                && frame.Payload.AsSpan().SequenceEqual(expected.Payload);
            Assert.True(same, $"expected {expected}; came {frame}");
        }

        await sending;
        if (wireCase.ClosedBy is { } code)
        {
            ServerFrame close = await client.ReadFrameAsync();
            Assert.True(close.Opcode == Opcode.Close && close.CloseCode == code, $"expected a close with {code}; came {close}");
            await client.ReadEndAsync();
        }
        else
        {
            await client.CloseAsync();
        }
    }

    private static async Task SendAsync(RawClient client, byte[] bytes, Delivery delivery)
    {
        byte[] request = UpgradeRequest.To("/echo");
        switch (delivery)
        {
            case Delivery.Whole:
                await client.SendAsync(request);
                await client.SendAsync(bytes);
                break;
            case Delivery.Pipelined:
                await client.SendAsync((byte[])[.. request, .. bytes]);
                break;
            case Delivery.Octets:
                await client.SendAsync(request);
                await client.SendOctetsAsync(bytes);
                break;
        }
    }
}
