using System;
using System.Diagnostics.CodeAnalysis;

namespace Sockets.Links.Tls;

/// <summary>
/// The switch by which an application leaves TLS out though it contains the call: a trimmed program then carries none of it.
/// Set by the MSBuild property SocketsTlsSupport; on by default.
/// </summary>
internal static class TlsFeature
{
    private const string SwitchName = "Sockets.Tls.IsSupported";

    /// <summary>A constant for the trimmer: <c>if (!IsSupported) throw …</c> in an entry point takes the rest of it away.</summary>
    [FeatureSwitchDefinition(SwitchName)]
    public static bool IsSupported => !AppContext.TryGetSwitch(SwitchName, out bool isOn) || isOn;

    public static PlatformNotSupportedException NotSupported() =>
        new("TLS was left out of this program: its project sets SocketsTlsSupport to false, which switches " + SwitchName + " off.");
}
