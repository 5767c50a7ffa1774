using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Node.Transport.Linux;

/// <summary>Sends in batches through io_uring(7): one system call for up to <see cref="Capacity"/> of them. Loop thread only.</summary>
/// <remarks>
/// Nothing is ever left to the kernel: MSG_DONTWAIT has a full socket answer EAGAIN at once instead of being waited for, so every
/// send is done when the call is back. A completion is asked for only where something failed, and MSG_WAITALL is what makes a send
/// that was cut short count as that: without it the kernel takes it for a success and skips its completion too.
/// So at most as many completions come as sends were added, and the queue for them has twice that room.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class SendRing : SendBatch, IDisposable
{
    private const uint Entries = 256;
    private const uint MessageFlags = Libc.MsgNoSignal | Libc.MsgDontWait | Libc.MsgWaitAll;

    private readonly int _ring;
    private readonly IoUring.Parameters _parameters;
    private readonly nint _ringsBytes;
    private readonly nint _entriesBytes;
    private byte* _rings;
    private IoUring.Submission* _entries;
    private uint _tail;
    private int _count;

    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    private SendRing(int smallest)
    {
        Smallest = smallest;
        var parameters = new IoUring.Parameters { Flags = IoUring.SetupSubmitAll };
        _ring = (int)Check(Libc.SystemCallThatRuns(IoUring.SysSetup, (nint)Entries, (nint)(&parameters), 0, 0, 0, 0));
        _parameters = parameters;
        _entriesBytes = (nint)parameters.SubmissionEntries * sizeof(IoUring.Submission);
        _ringsBytes = (nint)Math.Max(
            parameters.Submission.Array + (parameters.SubmissionEntries * sizeof(uint)),
            parameters.Completion.Completions + (parameters.CompletionEntries * sizeof(IoUring.Completion)));
        try
        {
            Demand(IoUring.FeatureSingleMap | IoUring.FeatureSkipSuccess);
            _rings = (byte*)Map(_ringsBytes, IoUring.OffsetRings);
            _entries = (IoUring.Submission*)Map(_entriesBytes, IoUring.OffsetEntries);
        }
        catch (Exception)
        {
            Dispose();
            throw;
        }

        Prepare();
    }

    public override int Capacity => (int)_parameters.SubmissionEntries;

    public override int Smallest { get; }

    private uint Mask => _parameters.SubmissionEntries - 1;

    private ref uint SubmissionTail => ref *(uint*)(_rings + _parameters.Submission.Tail);

    /// <param name="smallest">What <see cref="SendBatch.Smallest"/> says then.</param>
    /// <param name="reason">Why there is none, in words.</param>
    /// <returns>Null where the kernel has no io_uring, forbids it, or does not do with a send what this class needs.</returns>
    public static SendRing? TryCreate(int smallest, out string? reason)
    {
        SendRing? ring = null;
        try
        {
            ring = new SendRing(smallest);
            reason = SendRingTrial.Run(ring);
        }
        catch (Win32Exception exception)
        {
            reason = $"io_uring: {exception.Message}";
        }

        if (reason is not null)
        {
            ring?.Dispose();
            return null;
        }

        return ring;
    }

    public override void Add(int descriptor, ReadOnlySpan<byte> source)
    {
        ref IoUring.Submission entry = ref _entries[_tail & Mask];
        entry.Descriptor = descriptor;
        entry.Address = (ulong)(nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(source));
        entry.Length = (uint)source.Length;
        entry.UserData = (ulong)_count;
        _tail++;
        _count++;
    }

    public override int Submit(Span<SendOutcome> incomplete)
    {
        Volatile.Write(ref SubmissionTail, _tail);
        int left = _count;
        while (left > 0)
        {
            var taken = (int)Libc.SystemCallThatRuns(IoUring.SysEnter, _ring, left, 0, 0, 0, 0);
            if (taken > 0)
            {
                left -= taken;
            }
            else if (taken == 0 || Marshal.GetLastPInvokeError() != Errno.Interrupted)
            {
                break;
            }
        }

        int filled = TakeCompletions(incomplete);
        if (left > 0)
        {
            filled += SendRest(left, incomplete[filled..]);
        }

        _count = 0;
        return filled;
    }

    public void Dispose()
    {
        if (_rings is not null)
        {
            Libc.Unmap(_rings, _ringsBytes);
            _rings = null;
        }

        if (_entries is not null)
        {
            Libc.Unmap(_entries, _entriesBytes);
            _entries = null;
        }

        Libc.Close(_ring);
    }

    private static nint Check(nint result) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    private void Demand(uint features)
    {
        if ((_parameters.Features & features) != features)
        {
            throw new Win32Exception($"of the features {features:x} this kernel has {_parameters.Features & features:x}");
        }
    }

    private void* Map(nint bytes, long offset)
    {
        void* mapped = Libc.Map(null, bytes, Libc.ProtReadWrite, Libc.MapSharedPopulate, _ring, offset);
        Check((nint)mapped == -1 ? -1 : 0);
        return mapped;
    }

    /// <summary>Fills in what no send changes.</summary>
    private void Prepare()
    {
        var array = (uint*)(_rings + _parameters.Submission.Array);
        for (uint i = 0; i < _parameters.SubmissionEntries; i++)
        {
            array[i] = i;
            _entries[i] = new IoUring.Submission
            {
                Operation = IoUring.OpSend,
                Flags = IoUring.SkipSuccess,
                MessageFlags = MessageFlags,
            };
        }
    }

    private int TakeCompletions(Span<SendOutcome> incomplete)
    {
        ref uint head = ref *(uint*)(_rings + _parameters.Completion.Head);
        uint tail = Volatile.Read(ref *(uint*)(_rings + _parameters.Completion.Tail));
        var completions = (IoUring.Completion*)(_rings + _parameters.Completion.Completions);
        uint at = head;
        int filled = 0;
        for (; at != tail; at++)
        {
            ref IoUring.Completion completion = ref completions[at & (_parameters.CompletionEntries - 1)];
            incomplete[filled++] = new SendOutcome((int)completion.UserData, completion.Outcome);
        }

        Volatile.Write(ref head, at);
        return filled;
    }

    /// <summary>One by one what the kernel did not take into the ring: it is short of memory.</summary>
    private int SendRest(int left, Span<SendOutcome> incomplete)
    {
        _tail -= (uint)left;
        Volatile.Write(ref SubmissionTail, _tail);
        int filled = 0;
        for (uint i = 0; i < left; i++)
        {
            ref IoUring.Submission entry = ref _entries[(_tail + i) & Mask];
            int sent = EpollPoller.Send(entry.Descriptor, (byte*)entry.Address, (int)entry.Length);
            if (sent != (int)entry.Length)
            {
                incomplete[filled++] = new SendOutcome((int)entry.UserData, sent);
            }
        }

        return filled;
    }
}
