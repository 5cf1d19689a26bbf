using System;
using Sockets.Dtls.Paths;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>
/// Searching for the largest datagram that the path carries (RFC 9147 §4.4, RFC 8899). The probe is a KeyUpdate in a padded
/// record: what any peer acknowledges by its number, and what is sent again without padding when it is lost.
/// </content>
public sealed partial class DtlsConnection
{
    // Of the 2^16 epochs some are left to those who need new keys.
    private const ulong LastProbedEpoch = MaxEpoch - 1024;

    private PathMtuSearch? _pathMtu;
    private int _mtuProbeSize; // to be padded to; 0 when no probe waits to be sent
    private RecordNumber _mtuProbeNumber;
    private int _mtuProbeBytes; // of the probe under way; 0 when there is none
    private bool _isMtuProbeAcknowledged;

    // Without application data of ours in between. The peer counts them too, and ends connections that only change keys: so many moves in
    // a row, each with a search, must not add up.
    private int _silentMtuProbes;

    private MonotonicTime NextPathProbe => _pathMtu?.NextProbe ?? MonotonicTime.Never;

    /// <summary>Whether the datagram that is written next is a probe: it may be larger than what is known to arrive.</summary>
    private bool IsMtuProbeNext =>
        _mtuProbeSize > 0 && _pendingAlert is null && !IsOver && !_isAckDue && _flight is { IsSent: false } && !_isFlightOpen;

    private void BeginPathMtuSearch()
    {
        if (_config.MaxProbedDatagramSize > _maxDatagramSize)
            _pathMtu = new PathMtuSearch(_maxDatagramSize, _config.MaxProbedDatagramSize, _now);
    }

    private void OnPathProbeDue()
    {
        if (_pathMtu is not { } search || search.NextProbe > _now || !IsConnected)
            return;
        if (_epochs.CurrentWrite!.Epoch >= LastProbedEpoch)
        {
            _pathMtu = null;
        }
        else if (_silentMtuProbes > 0 && (search.IsNewRound || _silentMtuProbes >= PathMtuSearch.MaxProbes))
        {
            search.SkipRound(_now);
        }
        else if (_flight is { IsEmpty: false } || _isKeyUpdateQueued)
        {
            search.Postpone(_now);
        }
        else
        {
            _mtuProbeSize = search.Begin();
            _isMtuProbeAcknowledged = false;
            _silentMtuProbes++;
            QueueKeyUpdate(requestPeerUpdate: false);
        }
    }

    /// <summary>Padding that makes a record of a datagram what it is to be tried at.</summary>
    private int PaddingOfProbe(WriteEpoch epoch, int contentLength, int room) =>
        Math.Max(0, Math.Min(Math.Min(room, _mtuProbeSize) - epoch.Overhead + 1, _sendLimit) - contentLength - 1);

    private void OnMtuProbeSent(RecordNumber number, int bytes)
    {
        _mtuProbeSize = 0;
        _mtuProbeNumber = number;
        _mtuProbeBytes = bytes;
    }

    /// <summary>The KeyUpdate is acknowledged: by the number of the probe, or by that of what was sent after it.</summary>
    private void ConcludePathProbe()
    {
        if (_pathMtu is not { } search || _mtuProbeBytes == 0)
            return;
        int before = search.Size;
        search.Conclude(_isMtuProbeAcknowledged ? _mtuProbeBytes : 0, _now);
        _mtuProbeBytes = 0;
        UsePathMtu(search, before);
    }

    /// <summary>A flight was lost twice: it may be that the path does not carry any more what it carried once.</summary>
    private void OnPathBlackHole()
    {
        if (_pathMtu is not { } search || search.Size <= _config.MaxDatagramSize)
            return;
        int before = search.Size;
        search.OnBlackHole(_now);
        UsePathMtu(search, before);
    }

    /// <summary>
    /// The driver was told by its system that a datagram is too large for the path: what a search has found is given up. Does nothing
    /// without one (<see cref="DtlsConfig.MaxProbedDatagramSize"/>).
    /// </summary>
    public void ReportTooLarge(MonotonicTime now)
    {
        if (!IsConnected)
            return;
        _now = now;
        OnPathBlackHole();
        Touch();
    }

    /// <summary>
    /// Another path (RFC 8899 §5.3.3): whatever was found on the one before does not hold, nor does what the application knew of it, nor
    /// what its losses said. It is what every path is believed to carry again, and a search begins anew; a probe that is on its way tells
    /// nothing of this one.
    /// </summary>
    private void ForgetPathMtu()
    {
        _mtuProbeSize = 0;
        _mtuProbeBytes = 0;
        int before = _maxDatagramSize;
        _pathMtu?.Restart(_now);
        _maxDatagramSize = Math.Min(_pathMtu?.Size ?? before, _config.MaxDatagramSize);
        _datagramSize = _maxDatagramSize;
        if (_maxDatagramSize != before)
            Raise(DtlsEventKind.PathMtuChanged);
    }

    private void UsePathMtu(PathMtuSearch search, int before)
    {
        if (search.Size == before)
            return;
        _maxDatagramSize = search.Size;
        _datagramSize = search.Size;
        Raise(DtlsEventKind.PathMtuChanged);
    }
}
