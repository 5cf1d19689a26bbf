namespace Sockets.LoadBench;

/// <summary>Whose CPU time and allocations count.</summary>
internal enum CpuScope
{
    /// <summary>The calling thread's: exact, and cheap to look at.</summary>
    Thread,

    /// <summary>Those of all threads of this process, user and system.</summary>
    Process,
}
