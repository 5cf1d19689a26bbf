namespace Sockets.Engine;

/// <summary>What the user asked for, in one word, so that another thread never sees half of it.</summary>
/// <param name="Interest">The user's mask.</param>
/// <param name="Mode">When to report.</param>
/// <param name="Version">Counts the user's changes.</param>
internal readonly record struct PollSettings(SocketEvents Interest, SocketPollMode Mode, int Version)
{
    public long Pack() => ((long)Version << 32) | ((long)(byte)Mode << 16) | (ushort)Interest;

    public static PollSettings Unpack(long packed) =>
        new((SocketEvents)(ushort)packed, (SocketPollMode)(byte)(packed >> 16), (int)(packed >> 32));
}
