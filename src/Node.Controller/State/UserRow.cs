namespace Node.Controller.State;

/// <summary>What is kept of a user, beside the name.</summary>
internal struct UserRow
{
    /// <summary>Where the list of connections begins.</summary>
    public int FirstConnection;
}
