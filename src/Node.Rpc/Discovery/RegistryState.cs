using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Node.Rpc.Etcd;

namespace Node.Rpc.Discovery;

/// <summary>
/// What etcd says of the registry, change by change. Numbers are etcd's revisions plus a base, which stands in etcd itself: where
/// etcd was emptied and counts anew, whoever knows a higher number raises the base above it. One task.
/// </summary>
internal sealed class RegistryState(string prefix, ILogger log)
{
    private readonly Dictionary<string, Member> _members = [];
    private readonly Dictionary<string, long> _changedAt = [];

    /// <summary>Not a member's key: those have a role and an id.</summary>
    public string BaseKey { get; } = prefix + ".base";

    public long Base { get; private set; }

    /// <summary>When the base was written; 0: it was not.</summary>
    public long BaseModRevision { get; private set; }

    public long Revision { get; private set; }

    public long Number => Base + Revision;

    public void Apply(EtcdBatch batch)
    {
        if (batch.Restart == EtcdRestart.OtherStore)
        {
            foreach (string role in _changedAt.Keys)
            {
                _changedAt[role] = batch.Revision;
            }
        }

        // What is compared and not followed became so at some revision up to this one.
        long? at = batch.Restart == EtcdRestart.None ? null : batch.Revision;
        foreach (EtcdChange change in batch.Changes)
        {
            Apply(change, at ?? change.Entry.ModRevision);
        }

        Revision = batch.Revision;
    }

    /// <summary>Whether everybody is there whom a snapshot shows, in the same incarnation or a later one.</summary>
    public bool HasAllOf(RegistrySnapshot snapshot) => snapshot.ByRole.Values.All(role => role.Members.All(member =>
        _members.TryGetValue(KeyOf(member.Role, member.Id), out Member? now) && now.Incarnation >= member.Incarnation));

    public RegistrySnapshot ToSnapshot() => new(Number, _changedAt.ToDictionary(
        role => role.Key,
        role => new RoleMembers(
            Base + role.Value,
            [.. _members.Values.Where(member => member.Role == role.Key).OrderBy(member => member.Id, StringComparer.Ordinal)])));

    private void Apply(EtcdChange change, long at)
    {
        string key = change.Entry.Key;
        if (key == BaseKey)
        {
            ApplyBase(change);
            return;
        }

        Member? before = _members.GetValueOrDefault(key);
        Member? after = change.IsDeleted ? null : Read(change.Entry);
        if (after is null)
        {
            _members.Remove(key);
        }
        else
        {
            _members[key] = after;
        }

        if (before?.Incarnation != after?.Incarnation)
        {
            _changedAt[(after ?? before)!.Role] = at;
        }
    }

    private void ApplyBase(EtcdChange change)
    {
        bool isNumber = Utf8Parser.TryParse(change.Entry.Value.Span, out long value, out int used) && used == change.Entry.Value.Length;
        (Base, BaseModRevision) = (isNumber ? value : 0, change.IsDeleted ? 0 : change.Entry.ModRevision);
    }

    private Member? Read(EtcdKeyValue entry)
    {
        try
        {
            var member = Member.Parse(entry.Value.Span);
            return KeyOf(member.Role, member.Id) == entry.Key ? member : throw new JsonException("role and id are not those of the key");
        }
        catch (JsonException error)
        {
            log.MemberUnreadable(entry.Key, error.Message);
            return null;
        }
    }

    private string KeyOf(string role, string id) => $"{prefix}{role}/{id}";
}
