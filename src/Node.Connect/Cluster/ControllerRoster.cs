using System.Collections.Concurrent;
using Grpc.Core;
using Node.Hub;
using Node.Protocol.Controller;

namespace Node.Connect.Cluster;

/// <summary>
/// Who is in a room on all nodes, as the controller knows it. Many who ask at once are one question, and an answer is good for a moment, so
/// that curious clients cost the controller little. Any thread.
/// </summary>
internal sealed class ControllerRoster(ControllerChannel controller, TimeProvider time)
{
    // Beyond it every answer is forgotten: a bound, not a plan.
    private const int MaxRooms = 10_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (Task<RoomPresence?> Answer, long At)> _answers = [];

    /// <summary>It does not throw.</summary>
    /// <returns>Null: the controller does not say.</returns>
    public Task<RoomPresence?> AskAsync(string room, int maxUsers)
    {
        if (_answers.TryGetValue(room, out (Task<RoomPresence?> Answer, long At) known) && time.GetElapsedTime(known.At) < Fresh)
        {
            return known.Answer;
        }

        if (_answers.Count >= MaxRooms)
        {
            _answers.Clear();
        }

        Task<RoomPresence?> answer = CallAsync(room, maxUsers);
        _answers[room] = (answer, time.GetTimestamp());
        return answer;
    }

    private async Task<RoomPresence?> CallAsync(string room, int maxUsers)
    {
        try
        {
            if (controller.Leader() is not { } leader)
            {
                return null;
            }

            RoomInfo info = await leader.GetRoomInfoAsync(
                new GetRoomInfoRequest { Room = room, MaxUsers = (uint)maxUsers }, deadline: DateTime.UtcNow + Patience).ConfigureAwait(false);
            return new RoomPresence((int)info.Members, (int)info.UserCount, info.Users, 0);
        }
        catch (RpcException)
        {
            return null;
        }
    }
}
