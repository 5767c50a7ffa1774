using Microsoft.AspNetCore.SignalR;

namespace Peer.SignalR;

/// <summary>A room is a group; clients hear "Message".</summary>
internal sealed class Rooms : Hub
{
    public Task Echo(string text) => Clients.Caller.SendAsync("Message", text);

    public Task Join(string room) => Groups.AddToGroupAsync(Context.ConnectionId, room);

    public Task Publish(string room, string text) => Clients.Group(room).SendAsync("Message", text);
}
