using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Node.Rpc;

/// <summary>The header <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    private const long Most = 99_999_999;

    private static readonly (char Unit, long Ticks)[] Units =
    [
        ('u', TimeSpan.TicksPerMicrosecond), ('m', TimeSpan.TicksPerMillisecond), ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute), ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>The finest unit whose digits suffice, rounded up. What is over already is the least that can be said: 0.</summary>
    public static string Format(TimeSpan left)
    {
        long ticks = Math.Max(0, left.Ticks);
        foreach ((char unit, long size) in Units)
        {
            long count = (ticks / size) + (ticks % size > 0 ? 1 : 0);
            if (count <= Most) return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
        }

        return $"{Most}H";
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan timeout)
    {
        timeout = default;
        if (text is not { Length: >= 2 and <= 9 }
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long count))
        {
            return false;
        }

        if (text[^1] == 'n')
        {
            timeout = TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick);
            return true;
        }

        foreach ((char unit, long size) in Units)
        {
            if (unit != text[^1]) continue;
            timeout = TimeSpan.FromTicks(count * size);
            return true;
        }

        return false;
    }
}
