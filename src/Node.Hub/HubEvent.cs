using System.Text;

namespace Node.Hub;

public enum HubEventKind
{
    /// <summary>The WebSocket is open; who it is may not be known yet.</summary>
    Connected,

    /// <summary>The user is known.</summary>
    Authenticated,

    Joined,
    Left,

    /// <summary>The connection is gone; it has left its rooms before.</summary>
    Disconnected,
}

/// <summary>
/// Something that happened to a channel. Raised on its loop, so a listener must not wait for anything.
/// </summary>
/// <param name="Kind">What.</param>
/// <param name="Channel">To whom.</param>
/// <param name="Room">Which room, for joined and left.</param>
/// <param name="Generation">
/// Orders events of the whole hub: whoever keeps state by user or room ignores an event whose number is below the last one
/// that it took, so that a late event cannot undo a newer one.
/// </param>
public readonly record struct HubEvent(HubEventKind Kind, Channel Channel, string? Room, ulong Generation)
{
    public string User => Channel.User;

    internal static string? NameOf(Room? room) => room is null ? null : Encoding.UTF8.GetString(room.Name);
}
