using System.Text;

namespace Node.Host.Settings;

/// <summary>Expands <c>${NAME:default}</c> and <c>${NAME}</c> in a value; <c>$${</c> stands for a literal <c>${</c>.</summary>
internal static class Placeholder
{
    /// <summary>The expanded text, or null and what is wrong. A variable that is set to nothing counts as unset, as everywhere.</summary>
    public static string? Expand(string text, Func<string, string?> environment, out string problem)
    {
        problem = "";
        StringBuilder expanded = new();
        int position = 0;
        while (text.IndexOf("${", position, StringComparison.Ordinal) is var start and >= 0)
        {
            if (start > position && text[start - 1] == '$')
            {
                expanded.Append(text, position, start - 1 - position).Append("${");
                position = start + 2;
                continue;
            }

            expanded.Append(text, position, start - position);
            int end = text.IndexOf('}', start);
            if (end < 0)
            {
                problem = "${ has no closing }";
                return null;
            }

            if (Resolve(text[(start + 2)..end], environment, out problem) is not { } value)
            {
                return null;
            }

            expanded.Append(value);
            position = end + 1;
        }

        return expanded.Append(text, position, text.Length - position).ToString();
    }

    private static string? Resolve(string reference, Func<string, string?> environment, out string problem)
    {
        int colon = reference.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? reference : reference[..colon];
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
        {
            problem = $"${{{reference}}} does not start with the name of an environment variable";
            return null;
        }

        if (colon >= 0 && reference.IndexOf("${", colon, StringComparison.Ordinal) >= 0)
        {
            problem = $"the default of ${{{name}:...}} holds another ${{, which is not supported";
            return null;
        }

        string? value = environment(name);
        if (!string.IsNullOrEmpty(value))
        {
            problem = "";
            return value;
        }

        problem = colon < 0 ? $"the environment variable {name} is not set, and ${{{name}}} gives no default (${{{name}:default}})" : "";
        return colon < 0 ? null : reference[(colon + 1)..];
    }
}
