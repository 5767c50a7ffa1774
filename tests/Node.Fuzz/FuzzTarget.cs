namespace Node.Fuzz;

/// <summary>
/// Code that takes bytes from strangers. One file a target in <c>Targets/</c>; the program finds the classes by itself.
/// </summary>
public abstract class FuzzTarget
{
    /// <summary>What <c>--target</c> says; lower case.</summary>
    public abstract string Name { get; }

    /// <summary>Inputs to mutate, valid ones first of all: from <see cref="Vectors"/>, or written out.</summary>
    public abstract IEnumerable<byte[]> Seeds { get; }

    /// <summary>Byte strings worth inserting, such as header names, that blind mutation would never hit upon.</summary>
    public virtual IReadOnlyList<byte[]> Dictionary => [];

    /// <summary>Bytes; longer inputs are cut.</summary>
    public virtual int MaxLength => 4096;

    /// <summary>Bytes that one input may make <see cref="Run"/> allocate: bad input costs bounded memory.</summary>
    public virtual long MaxAllocated => 16 << 20;

    /// <summary>
    /// Any exception that leaves is a finding, so catch only what the code under test documents; check its promises
    /// and throw when one is broken. Must depend on nothing but the input: a finding has to replay.
    /// </summary>
    public abstract void Run(ReadOnlySpan<byte> input);
}
