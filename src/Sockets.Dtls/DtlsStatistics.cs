using System;
using System.Runtime.CompilerServices;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <summary>Counters of one connection or endpoint. A snapshot; reading it allocates nothing.</summary>
public struct DtlsStatistics
{
    internal const int ReasonCount = (int)DiscardReason.NotAServer + 1;

    private DiscardCounters _discards;

    /// <summary>Datagrams handled.</summary>
    public ulong DatagramsReceived { get; internal set; }

    /// <summary>Bytes of datagrams handled.</summary>
    public ulong BytesReceived { get; internal set; }

    /// <summary>Datagrams written.</summary>
    public ulong DatagramsSent { get; internal set; }

    /// <summary>Bytes of datagrams written.</summary>
    public ulong BytesSent { get; internal set; }

    /// <summary>Records accepted.</summary>
    public ulong RecordsReceived { get; internal set; }

    /// <summary>Records written.</summary>
    public ulong RecordsSent { get; internal set; }

    /// <summary>Records accepted that came over another path than the connection's, told by their connection ID.</summary>
    public ulong RecordsFromOtherPaths { get; internal set; }

    /// <summary>Paths that were validated and then used (RFC 9853).</summary>
    public ulong PathsValidated { get; internal set; }

    /// <summary>Paths that did not answer in time; the address did not change.</summary>
    public ulong PathsFailed { get; internal set; }

    /// <summary>Paths that were not used because the peer still preferred the one in use: somebody may be forwarding its datagrams.</summary>
    public ulong PathsRefused { get; internal set; }

    /// <summary>Retransmission timeouts that resent a flight.</summary>
    public ulong Retransmissions { get; internal set; }

    /// <summary>How often a silent peer was asked whether it is there (<see cref="DtlsConfig.LivenessInterval"/>).</summary>
    public ulong LivenessProbes { get; internal set; }

    /// <summary>From the first flight to the end of the handshake; zero until then.</summary>
    public TimeSpan HandshakeDuration { get; internal set; }

    /// <summary>All discards together.</summary>
    public readonly ulong TotalDiscarded
    {
        get
        {
            ulong sum = 0;
            foreach (ulong count in (ReadOnlySpan<ulong>)_discards)
                sum += count;
            return sum;
        }
    }

    /// <summary>Records or datagrams dropped for <paramref name="reason"/>.</summary>
    public readonly ulong Discarded(DiscardReason reason) => ((ReadOnlySpan<ulong>)_discards)[(int)reason];

    internal void Discard(DiscardReason reason, ulong count = 1) => ((Span<ulong>)_discards)[(int)reason] += count;

    [InlineArray(ReasonCount)]
    private struct DiscardCounters
    {
        private ulong _first;
    }
}
