using Node.Fuzz;

const string Usage = """
    usage: fuzz [--target NAME] [--seconds N] [--seed S]   all targets, 10 s each, a new seed
           fuzz --target NAME --input FILE                 one input again
           fuzz --list
    """;

Dictionary<string, string> options = [];
for (int i = 0; i < args.Length; i++)
{
    string? name = args[i] switch
    {
        "--list" => "list",
        "--target" or "--seconds" or "--seed" or "--input" when i + 1 < args.Length => args[i][2..],
        _ => null,
    };
    if (name is null)
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }

    options[name] = name == "list" ? "" : args[++i];
}

FuzzTarget[] targets =
[
    .. typeof(FuzzTarget).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(FuzzTarget)) && !type.IsAbstract)
        .Select(type => (FuzzTarget)Activator.CreateInstance(type)!)
        .Where(target => !options.TryGetValue("target", out string? wanted) || wanted == target.Name)
        .OrderBy(target => target.Name, StringComparer.Ordinal),
];
int seconds = 10;
int seed = Random.Shared.Next();
if (targets.Length == 0
    || (options.TryGetValue("seconds", out string? text) && !int.TryParse(text, out seconds))
    || (options.TryGetValue("seed", out text) && !int.TryParse(text, out seed))
    || (options.ContainsKey("input") && targets.Length != 1))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

if (options.ContainsKey("list"))
{
    Console.WriteLine(string.Join('\n', targets.Select(target => target.Name)));
    return 0;
}

string findings = Path.Combine(Repository.Root, ".artifacts", "fuzz");
if (options.TryGetValue("input", out string? file))
{
    return new Fuzzer(targets[0], findings).RunOnce(File.ReadAllBytes(file)) ? 0 : 1;
}

bool passed = true;
foreach (FuzzTarget target in targets)
{
    passed &= new Fuzzer(target, findings).Run(seed, TimeSpan.FromSeconds(seconds));
}

return passed ? 0 : 1;
