namespace Node.Tests.Upstream;

/// <summary>What an application got: an event by its name, or a message.</summary>
/// <param name="Number">As the node counts.</param>
/// <param name="Client">The connection.</param>
/// <param name="User">Whose.</param>
/// <param name="What">The event, or the message_id.</param>
/// <param name="Room">Empty: none.</param>
/// <param name="Data">Of a message; one character a byte.</param>
internal sealed record Seen(ulong Number, string Client, string User, string What, string Room, string Data)
{
    public bool IsEvent => What is "connected" or "joined" or "left" or "disconnected";
}

/// <summary>What an application says to a message.</summary>
/// <param name="Data">JSON.</param>
/// <param name="Code">0: no error.</param>
internal sealed record Said(string Data, uint Code = 0);
