using System.Reflection;

namespace Node.Turns;

/// <summary>A benchmark's method, called many times without reflection in between.</summary>
internal abstract class Calls
{
    public abstract void Run(int count);

    public static Calls Of(MethodInfo method, object target)
    {
        if (method.ReturnType == typeof(void))
        {
            return new Silent(method.CreateDelegate<Action>(target));
        }

        Type returning = typeof(Func<>).MakeGenericType(method.ReturnType);
        return (Calls)Activator.CreateInstance(typeof(Answering<>).MakeGenericType(method.ReturnType), method.CreateDelegate(returning, target))!;
    }

    private sealed class Silent(Action call) : Calls
    {
        public override void Run(int count)
        {
            for (int i = 0; i < count; i++)
            {
                call();
            }
        }
    }

    private sealed class Answering<T>(Func<T> call) : Calls
    {
        // Kept, so that nothing is left out because nobody looks.
        private T? _answer;

        public override void Run(int count)
        {
            T? answer = default;
            for (int i = 0; i < count; i++)
            {
                answer = call();
            }

            _answer = answer;
            GC.KeepAlive(_answer);
        }
    }
}
