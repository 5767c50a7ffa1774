namespace Node.Web.Managers;

/// <summary>A manager that can be called.</summary>
/// <param name="Address">Where it is, for people.</param>
/// <param name="Client">Generated, of its service.</param>
public sealed record Manager<TClient>(string Address, TClient Client);

/// <summary>The managers of one role, as they are known now. Any thread.</summary>
public sealed class ManagerSet<TClient>
{
    private volatile IReadOnlyList<Manager<TClient>> _current = [];

    /// <summary>Empty: none is known.</summary>
    public IReadOnlyList<Manager<TClient>> Current
    {
        get => _current;
        set => _current = value;
    }
}
