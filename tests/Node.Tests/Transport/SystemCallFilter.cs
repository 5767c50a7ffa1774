using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Node.Tests.Transport;

/// <summary>Has the kernel refuse a system call to the calling thread and to those that it starts, as containers do (seccomp(2)).</summary>
internal static unsafe partial class SystemCallFilter
{
    private const int SetNoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const int FilterMode = 2;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7fff0000;
    private const uint NotPermitted = 0x00050001;

    /// <param name="number">The call's number on this processor; it answers EPERM from now on.</param>
    /// <exception cref="Win32Exception">The kernel takes no filters.</exception>
    public static void Forbid(uint number)
    {
        Instruction* program = stackalloc Instruction[4];
        program[0] = new Instruction(LoadWord, 0, 0, 0);
        program[1] = new Instruction(JumpIfEqual, 0, 1, number);
        program[2] = new Instruction(Return, 0, 0, NotPermitted);
        program[3] = new Instruction(Return, 0, 0, Allow);
        var filter = new Program { Length = 4, Instructions = program };
        if (Control(SetNoNewPrivileges, 1, 0, 0, 0) != 0 || Control(SetSeccomp, FilterMode, (nint)(&filter), 0, 0) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint second, nint third, nint fourth, nint fifth);

    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    private struct Program
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
