namespace Node.Controller.Stores;

/// <summary>How far a store is behind.</summary>
/// <param name="Name">Of the store.</param>
/// <param name="IsAvailable">The last attempt to reach it went well.</param>
/// <param name="Waiting">Things whose latest state it does not have yet; everything there is while all of it is to be written anew.</param>
/// <param name="WaitingBytes">Memory that waiting takes here, about.</param>
/// <param name="BehindMs">Since when something has been waiting; 0: nothing is.</param>
/// <param name="LastError">The latest failure; empty since the last success.</param>
internal sealed record StoreLag(string Name, bool IsAvailable, long Waiting, long WaitingBytes, long BehindMs, string LastError);
