using System.Diagnostics.CodeAnalysis;

namespace Node.Fuzz.Targets;

/// <summary>A promise that the code under test did not keep.</summary>
internal sealed class Broken(string promise) : Exception(promise)
{
    public static void Unless([DoesNotReturnIf(false)] bool kept, string promise)
    {
        if (!kept)
        {
            throw new Broken(promise);
        }
    }

    /// <summary>The oracle of everything that streams: the same, however it was cut.</summary>
    public static void UnlessEqual(string atOnce, string cut, string how)
    {
        if (atOnce != cut)
        {
            throw new Broken($"{how}: {cut}\nat once: {atOnce}");
        }
    }
}
