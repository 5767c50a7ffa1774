namespace Node.Host.Settings;

/// <summary>How spans reach their collector.</summary>
public enum TracingProtocol
{
    Grpc,
    Http,
}
