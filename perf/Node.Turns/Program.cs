using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Node.Turns;

if (args is not [var report, InTurns.Base or InTurns.Head, var basePath, var headPath, _, ..])
{
    Console.Error.WriteLine("usage: Node.Turns REPORT base|head BASE.dll HEAD.dll FILTER …: a line of JSON a benchmark into REPORT; the second word says who is first");
    return 2;
}

Regex[] filters = [.. args.Skip(4).Select(filter => new Regex($"^{Regex.Escape(filter).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.IgnoreCase))];
Side[] sides = [Side.Load(InTurns.Base, basePath, Wanted), Side.Load(InTurns.Head, headPath, Wanted)];
if (args[1] == InTurns.Head)
{
    Array.Reverse(sides);
}

string[] names = [.. sides.SelectMany(side => side.Benchmarks).Distinct().Order(StringComparer.Ordinal)];
var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
using var lines = new StreamWriter(report);
for (int i = 0; i < names.Length; i++)
{
    // The name first: it says where a crash was.
    Console.Write($"  {i + 1,3}/{names.Length}  {names[i]} ");
    Report found = InTurns.Measure(names[i], sides[0], sides[1]);
    lines.WriteLine(JsonSerializer.Serialize(found, options));
    lines.Flush();
    Console.WriteLine(found.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : found.Head?.Fault ?? found.Base?.Fault ?? "on one side only");

    // What was set up for this one is nobody's any more.
    GC.Collect();
}

return 0;

bool Wanted(string name) => filters.Any(filter => filter.IsMatch(name));
