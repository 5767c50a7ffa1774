using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Node.Rpc;

/// <summary>Which file describes what, over the files of some services and all that they import. Immutable.</summary>
internal sealed class SymbolIndex
{
    private readonly Dictionary<string, FileDescriptor> _byName = [];
    private readonly Dictionary<string, FileDescriptor> _bySymbol = [];

    public SymbolIndex(IEnumerable<ServiceDescriptor> services)
    {
        foreach (ServiceDescriptor service in services)
        {
            Add(service.File);
        }
    }

    /// <returns>The file, and what it imports; null where there is none of that name.</returns>
    public IEnumerable<ByteString>? FindFile(string name) => _byName.TryGetValue(name, out FileDescriptor? file) ? Closure(file) : null;

    /// <param name="symbol">The full name of a service, method, message, field, enum or value.</param>
    public IEnumerable<ByteString>? FindSymbol(string symbol) =>
        _bySymbol.TryGetValue(symbol, out FileDescriptor? file) ? Closure(file) : null;

    public bool IsMessage(string name) => _bySymbol.TryGetValue(name, out FileDescriptor? file) && Messages(file).Any(m => m.FullName == name);

    private static IEnumerable<ByteString> Closure(FileDescriptor file)
    {
        List<FileDescriptor> files = [file];
        for (int i = 0; i < files.Count; i++)
        {
            files.AddRange(files[i].Dependencies.Except(files));
        }

        return files.Select(each => each.SerializedData);
    }

    private static IEnumerable<MessageDescriptor> Messages(FileDescriptor file) => file.MessageTypes.SelectMany(WithNested);

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(WithNested).Prepend(message);

    private void Add(FileDescriptor file)
    {
        if (!_byName.TryAdd(file.Name, file)) return;
        MessageDescriptor[] messages = [.. Messages(file)];
        IEnumerable<IDescriptor> symbols =
        [
            .. file.Services,
            .. file.Services.SelectMany(service => service.Methods),
            .. messages,
            .. messages.SelectMany(message => message.Fields.InDeclarationOrder()),
            .. file.EnumTypes,
            .. messages.SelectMany(message => message.EnumTypes),
            .. file.EnumTypes.Concat(messages.SelectMany(message => message.EnumTypes)).SelectMany(type => type.Values),
        ];
        foreach (IDescriptor symbol in symbols)
        {
            _bySymbol.TryAdd(symbol.FullName, file);
        }

        foreach (FileDescriptor import in file.Dependencies)
        {
            Add(import);
        }
    }
}
