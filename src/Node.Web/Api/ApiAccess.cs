using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Node.Web.Api;

/// <summary>
/// Who may use the API: whoever has a key or a token, where one is set; else whoever is on this machine, but not a page
/// of another site in a browser that runs there. Immutable; any thread.
/// </summary>
internal sealed class ApiAccess
{
    private const string KeyHeader = "X-Api-Key";
    private const string Bearer = "Bearer ";

    // Hashed, so that every comparison has one length, and takes one time.
    private readonly byte[][] _keys;
    private readonly ApiTokens? _tokens;

    /// <exception cref="ArgumentException">A key is no good; the message says which.</exception>
    public ApiAccess(WebOptions options)
    {
        _keys = [.. options.ApiKeys.Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))];
        _tokens = options.Tokens is { } tokens ? new ApiTokens(tokens) : null;
    }

    private bool AsksForKey => _keys.Length > 0 || _tokens is not null;

    /// <returns>Why the request may not pass; null when it may.</returns>
    public async ValueTask<Problem?> CheckAsync(HttpRequest request)
    {
        if (!AsksForKey)
        {
            return CheckSite(request);
        }

        string credential = CredentialOf(request);
        if (credential.Length == 0)
        {
            return Refuse($"Send an API key: Authorization: Bearer KEY, or {KeyHeader}: KEY.");
        }

        bool good = IsKey(credential) || (_tokens is not null && await _tokens.IsGoodAsync(credential));
        return good ? null : Refuse("This key is not one that opens the API, or not any more.");
    }

    private static Problem Refuse(string detail) => new(StatusCodes.Status401Unauthorized, detail);

    private static string CredentialOf(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..].Trim()
            : request.Headers[KeyHeader].ToString();
    }

    private bool IsKey(string credential)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(credential));
        bool found = false;
        foreach (byte[] key in _keys)
        {
            // All of them, always: the time does not tell which one was near.
            found |= CryptographicOperations.FixedTimeEquals(hash, key);
        }

        return found;
    }

    /// <summary>
    /// Without a key, being on this machine is all that is asked, and every page that its browser shows is: what comes from
    /// another site's page is refused, and so is a name that somebody else's DNS may have pointed here.
    /// </summary>
    private static Problem? CheckSite(HttpRequest request)
    {
        string host = request.Host.Host.Trim('[', ']');
        bool local = host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
        if (!local)
        {
            return new Problem(
                StatusCodes.Status403Forbidden, "Without an API key this API is for localhost and 127.0.0.1 alone, under those names.");
        }

        string site = request.Headers["Sec-Fetch-Site"].ToString();
        string origin = request.Headers[HeaderNames.Origin].ToString();
        bool foreign = site is not ("" or "same-origin" or "none")
            || (origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}");
        return foreign
            ? new Problem(StatusCodes.Status403Forbidden, "Pages of other sites may not use this API.")
            : null;
    }
}
