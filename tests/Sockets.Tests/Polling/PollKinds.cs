using Sockets.Platform;

namespace Sockets.Tests.Polling;

/// <summary>The ways to wait that this machine has: every poll test runs on each.</summary>
internal static class PollKinds
{
    public static TheoryData<bool> Both => OperatingSystem.IsLinux() ? [false, true] : [true];

    public static SocketPoll Create(bool isPortable, TimeProvider? timeProvider = null) =>
        new(timeProvider ?? TimeProvider.System, isPortable ? Readiness.CreatePortable() : Readiness.Create());
}
