namespace Grpc.Core;

[Flags]
public enum WriteFlags
{
    None = 0,

    /// <summary>More follows soon: the message may wait for the next one and leave with it.</summary>
    BufferHint = 1,

    /// <summary>Leave this message as it is where the call is compressed.</summary>
    NoCompress = 2,
}
