using System.Runtime.InteropServices;

namespace Node.Transport.Linux;

/// <summary>What of io_uring(7) <see cref="SendRing"/> uses, as linux/io_uring.h has it; the same on every processor.</summary>
internal static class IoUring
{
    internal const int SysSetup = 425;
    internal const int SysEnter = 426;

    internal const byte OpSend = 26;

    /// <summary>IOSQE_CQE_SKIP_SUCCESS: no completion where nothing failed.</summary>
    internal const byte SkipSuccess = 1 << 6;

    /// <summary>IORING_SETUP_SUBMIT_ALL: an entry that is refused does not keep back those behind it.</summary>
    internal const uint SetupSubmitAll = 1 << 7;

    internal const uint FeatureSingleMap = 1 << 0;
    internal const uint FeatureSkipSuccess = 1 << 11;

    internal const long OffsetRings = 0;
    internal const long OffsetEntries = 0x10000000;

    internal struct Parameters
    {
        public uint SubmissionEntries;
        public uint CompletionEntries;
        public uint Flags;
        public uint ThreadCpu;
        public uint ThreadIdle;
        public uint Features;
        public uint WorkQueue;
        public uint Reserved1;
        public uint Reserved2;
        public uint Reserved3;
        public SubmissionOffsets Submission;
        public CompletionOffsets Completion;
    }

    internal struct SubmissionOffsets
    {
        public uint Head;
        public uint Tail;
        public uint Mask;
        public uint Entries;
        public uint Flags;
        public uint Dropped;
        public uint Array;
        public uint Reserved;
        public ulong UserAddress;
    }

    internal struct CompletionOffsets
    {
        public uint Head;
        public uint Tail;
        public uint Mask;
        public uint Entries;
        public uint Overflow;
        public uint Completions;
        public uint Flags;
        public uint Reserved;
        public ulong UserAddress;
    }

    /// <summary>struct io_uring_sqe, as a send has it.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    internal struct Submission
    {
        public byte Operation;
        public byte Flags;
        public ushort Priority;
        public int Descriptor;
        public ulong Offset;
        public ulong Address;
        public uint Length;
        public uint MessageFlags;
        public ulong UserData;
    }

    /// <summary>struct io_uring_cqe.</summary>
    internal struct Completion
    {
        public ulong UserData;
        public int Outcome;
        public uint Flags;
    }
}
