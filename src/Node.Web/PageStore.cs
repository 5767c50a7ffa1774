using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Node.Web;

/// <summary>One file of a page, as it is sent.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="ContentType">With its charset where it is text.</param>
/// <param name="ETag">Of the content: the same bytes have the same tag in every process.</param>
/// <param name="CacheControl">What browsers may do with it.</param>
public sealed record Page(byte[] Content, string ContentType, EntityTagHeaderValue ETag, string CacheControl);

/// <summary>
/// The built pages, in memory. All of them together are some 100 KB and read for every visitor, so that a file
/// provider with its checks for changes would only cost.
/// </summary>
public sealed class PageStore
{
    private const string Prefix = "pages/";

    private readonly FrozenDictionary<string, Page> _pages;

    /// <summary>Pages from files by their paths, such as <c>chat.html</c> and <c>assets/chat-1F2E.js</c>.</summary>
    public PageStore(IEnumerable<KeyValuePair<string, byte[]>> files) =>
        _pages = files.ToFrozenDictionary(file => file.Key, file => Load(file.Key, file.Value), StringComparer.Ordinal);

    /// <summary>The pages that were built into this assembly; none where the build went without npm.</summary>
    public static PageStore Embedded()
    {
        Assembly assembly = typeof(PageStore).Assembly;
        return new PageStore(assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => KeyValuePair.Create(name[Prefix.Length..], Read(assembly, name))));
    }

    public IEnumerable<string> Paths => _pages.Keys;

    /// <summary>Null where there is no such file.</summary>
    public Page? Find(string path) => _pages.GetValueOrDefault(path);

    private static Page Load(string path, byte[] content)
    {
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"");

        // The names under assets/ carry a hash of the content; every other file is asked for again, and answered 304.
        string caching = path.StartsWith("assets/", StringComparison.Ordinal)
            ? "public, max-age=31536000, immutable"
            : "no-cache";
        return new Page(content, ContentTypeOf(path), tag, caching);
    }

    private static string ContentTypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".json" or ".map" => "application/json",
        _ => "application/octet-stream",
    };

    private static byte[] Read(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
