using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake;

namespace Sockets.Dtls;

/// <content>A server's configuration that is chosen by what the client asks for.</content>
public sealed partial class DtlsConnection
{
    private bool _isConfigurationChosen;

    /// <summary>
    /// Server: what the client asks for, while the handshake waits for a configuration
    /// (<see cref="DtlsEventKind.ConfigurationRequired"/>); null when it does not, or not any more.
    /// </summary>
    public DtlsClientHelloInfo? PendingClientHello => (_machine as ServerHandshake)?.PendingClientHello;

    /// <summary>
    /// Server: the driver has chosen by <see cref="PendingClientHello"/>. From here on the connection goes by this configuration;
    /// what was begun by now (the retransmission timer, the size of datagrams) stays as it is.
    /// </summary>
    /// <param name="config">
    /// The configuration. Provider, suites, groups, <see cref="DtlsConfig.AllowPskWithoutExchange"/> and
    /// <see cref="DtlsConfig.ConnectionIdLength"/> must be those of the server's own, which were agreed on before.
    /// </param>
    /// <param name="now">The time.</param>
    /// <exception cref="ArgumentException">A setting may not be what it is; the message names it. The handshake still waits.</exception>
    /// <exception cref="InvalidOperationException">No configuration was asked for.</exception>
    public void CompleteConfiguration(DtlsConfig config, MonotonicTime now)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (IsOver)
            return; // the answer came too late
        ServerHandshake machine = RequirePendingConfiguration();
        config.Validate();
        if (config.Credentials.Count == 0 && !config.HasPreSharedKeys)
            throw new ArgumentException("DtlsConfig.Credentials must have at least one credential, or PreSharedKeys a key.", nameof(config));
        RequireSame(config, _config);
        _config = config;
        _isConfigurationChosen = true;
        _now = now;
        Resume(machine.CompleteConfiguration(config), now);
        OpenHeldEarlyData();
    }

    /// <summary>Server: nobody here serves what the client asks for.</summary>
    /// <param name="alert">What it is told: unrecognized_name (RFC 6066 §3), mostly.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">No configuration was asked for.</exception>
    public void RefuseClientHello(AlertDescription alert, MonotonicTime now)
    {
        if (IsOver)
            return;
        RequirePendingConfiguration();
        _now = now;
        Fail(DtlsFailureReason.ClientHelloRefused, alert);
        Touch();
    }

    private ServerHandshake RequirePendingConfiguration() =>
        _machine as ServerHandshake is { PendingClientHello: not null } machine
            ? machine
            : throw new InvalidOperationException($"No configuration is pending in state {State}.");

    private static void RequireSame(DtlsConfig config, DtlsConfig listener)
    {
        string? different = !ReferenceEquals(config.Crypto, listener.Crypto) ? nameof(DtlsConfig.Crypto)
            : !AreEqual(config.EffectiveCipherSuites, listener.EffectiveCipherSuites) ? nameof(DtlsConfig.CipherSuites)
            : !AreEqual(config.EffectiveGroups, listener.EffectiveGroups) ? nameof(DtlsConfig.Groups)
            : config.AllowPskWithoutExchange != listener.AllowPskWithoutExchange ? nameof(DtlsConfig.AllowPskWithoutExchange)
            : config.ConnectionIdLength != listener.ConnectionIdLength ? nameof(DtlsConfig.ConnectionIdLength)
            : null;
        if (different is not null)
            throw new ArgumentException($"DtlsConfig.{different} must be that of the server: it was agreed on before the configuration was chosen.", different);
    }

    private static bool AreEqual<T>(IReadOnlyList<T> left, IReadOnlyList<T> right)
        where T : struct, Enum
    {
        bool areEqual = left.Count == right.Count;
        for (int i = 0; areEqual && i < left.Count; i++)
            areEqual = left[i].Equals(right[i]);
        return areEqual;
    }
}
