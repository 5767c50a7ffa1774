namespace Node.Load.Net;

/// <summary>What a <see cref="ClientLoop"/> reports. All calls come on the loop's thread.</summary>
internal interface IClientEvents
{
    /// <summary>The handshake is done.</summary>
    void OnOpened(Client client);

    /// <summary>A data frame; the payload is valid during the call only.</summary>
    void OnData(Client client, bool isFinal, ReadOnlySpan<byte> payload);

    /// <summary>A ping came, and has been answered.</summary>
    void OnPing(Client client)
    {
    }

    /// <summary>Everything that one read brought has been reported: the moment to send what it earned.</summary>
    void OnRead(Client client);

    /// <summary>The connection is gone; <paramref name="fault"/> is null when both sides said goodbye.</summary>
    void OnClosed(Client client, string? fault);
}
