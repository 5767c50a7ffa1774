namespace Node.Transport;

/// <summary>A certificate or key cannot be used. The message names the file and what is wrong with it.</summary>
public sealed class CertificateException(string message, Exception? inner = null) : IOException(message, inner);
