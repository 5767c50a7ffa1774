namespace Grpc.Core;

/// <summary>What every generated client is built on. Any thread.</summary>
public abstract class ClientBase
{
    /// <summary>For doubles in tests, which override the calls.</summary>
    protected ClientBase() => CallInvoker = null!;

    protected ClientBase(ChannelBase channel) => CallInvoker = channel.CreateCallInvoker();

    protected ClientBase(CallInvoker callInvoker) => CallInvoker = callInvoker;

    protected ClientBase(ClientBaseConfiguration configuration) => CallInvoker = configuration.CallInvoker;

    protected CallInvoker CallInvoker { get; }

    /// <summary>What a client of the same kind would need.</summary>
    protected internal sealed class ClientBaseConfiguration
    {
        internal ClientBaseConfiguration(CallInvoker callInvoker) => CallInvoker = callInvoker;

        internal CallInvoker CallInvoker { get; }
    }
}

/// <summary>The base that generated code names.</summary>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    protected ClientBase()
    {
    }

    protected ClientBase(ChannelBase channel) : base(channel)
    {
    }

    protected ClientBase(CallInvoker callInvoker) : base(callInvoker)
    {
    }

    protected ClientBase(ClientBaseConfiguration configuration) : base(configuration)
    {
    }

    /// <summary>Generated code overrides it.</summary>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}
