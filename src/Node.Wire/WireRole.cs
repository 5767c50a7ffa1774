namespace Node.Wire;

/// <summary>Which end of the connection this code plays. It decides who masks (RFC 6455, 5.1).</summary>
public enum WireRole : byte
{
    Server,
    Client,
}
