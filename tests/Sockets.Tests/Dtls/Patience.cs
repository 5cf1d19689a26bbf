using Sockets.Dtls;

namespace Sockets.Tests;

/// <summary>
/// Timers for tests on a machine that may be busy. A peer on the same host answers so soon that paths and probes are given up after tenths
/// of a second; what is measured is not used here, so that they have the seconds of a peer that nobody knows.
/// </summary>
internal static class Patience
{
    public static DtlsConfig Configure(DtlsConfig config) => config with { UseMeasuredRoundTrip = false };
}
