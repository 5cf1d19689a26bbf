using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>Early data (0-RTT) in epoch 1 (RFC 8446 §2.3, §4.2.10, RFC 9147 §5.6): it has no EndOfEarlyData in DTLS.</content>
public sealed partial class DtlsConnection
{
    internal const ulong EarlyEpoch = 1;

    // Client: the keys apart from those of the handshake, which is still in clear; what was written, until it is decided.
    private WriteEpoch? _earlyWrite;
    private Queue<byte[]>? _earlySent;

    // Server: what came and was not taken yet.
    private Queue<byte[]>? _earlyReceived;
    private uint _earlyDataLeft;

    /// <summary>Client: what became of the early data.</summary>
    public DtlsEarlyDataStatus EarlyDataStatus { get; private set; }

    /// <summary>Client: bytes of early data that may be written now; 0: none may.</summary>
    public uint EarlyDataLeft => _earlyWrite is null || IsOver ? 0 : _earlyDataLeft;

    /// <summary>
    /// Client: seals a record of early data as one datagram. Send what <see cref="PollTransmit"/> has first, since the server makes
    /// nothing of it before the ClientHello. A copy is kept until the server has decided.
    /// </summary>
    /// <param name="plaintext">The content, <see cref="EarlyDataLeft"/> bytes at most; not empty. Must not overlap the destination.</param>
    /// <param name="now">The time.</param>
    /// <param name="destination">As large as the content and 96 bytes more.</param>
    /// <param name="bytesWritten">Bytes of the datagram.</param>
    /// <returns>NotConnected where early data was not offered, or not any more.</returns>
    public DtlsWriteResult WriteEarlyData(ReadOnlySpan<byte> plaintext, MonotonicTime now, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (_earlyWrite is not { IsExhausted: false } epoch || IsOver || plaintext.IsEmpty)
            return DtlsWriteResult.NotConnected;
        if (plaintext.Length > Math.Min(_maxDatagramSize - epoch.Overhead, MaxContentLength) || plaintext.Length > _earlyDataLeft)
            return DtlsWriteResult.TooLarge;
        if (destination.Length < plaintext.Length + epoch.Overhead)
            return DtlsWriteResult.DestinationTooSmall;
        _now = now;
        bytesWritten = epoch.Seal(plaintext, ContentType.ApplicationData, destination, out _);
        _earlyDataLeft -= (uint)plaintext.Length;
        if (EarlyDataStatus == DtlsEarlyDataStatus.Pending)
            (_earlySent ??= new Queue<byte[]>()).Enqueue(plaintext.ToArray());
        CountSent(bytesWritten, 1);
        return DtlsWriteResult.Success;
    }

    /// <summary>Client: takes the next datagram of early data that the server has not used. To send it again is the application's choice.</summary>
    /// <returns>Null when there is none, or none yet.</returns>
    public byte[]? TakeRejectedEarlyData() =>
        EarlyDataStatus == DtlsEarlyDataStatus.Rejected && _earlySent is { Count: > 0 } sent ? sent.Dequeue() : null;

    /// <summary>
    /// Server: takes the next datagram of early data (<see cref="DtlsEventKind.EarlyDataReceived"/>). It may be a copy of what another
    /// server was sent; do nothing with it that may not be done twice.
    /// </summary>
    /// <returns>Null when there is none.</returns>
    public byte[]? TakeEarlyData() => _earlyReceived is { Count: > 0 } received ? received.Dequeue() : null;

    void IHandshakeHost.OfferEarlyData(CipherSuite suite, ReadOnlySpan<byte> trafficSecret, uint maxSize)
    {
        _earlyWrite = new WriteEpoch(
            EarlyEpoch, KeySchedule.CreateCipher(_config.Crypto, suite, trafficSecret), _config.HeaderForm, _config.MaxRecordsPerKey);
        _earlyDataLeft = maxSize;
        EarlyDataStatus = DtlsEarlyDataStatus.Pending;
        Raise(DtlsEventKind.EarlyDataReady);
    }

    void IHandshakeHost.DecideEarlyData(bool isAccepted)
    {
        EarlyDataStatus = isAccepted ? DtlsEarlyDataStatus.Accepted : DtlsEarlyDataStatus.Rejected;
        if (isAccepted)
            _earlySent = null;
        else
            EndEarlyData();
        Raise(DtlsEventKind.EarlyDataDecided);
    }

    /// <summary>Client: nothing more is written in epoch 1.</summary>
    private void EndEarlyData()
    {
        _earlyWrite?.Dispose();
        _earlyWrite = null;
    }

    /// <summary>Server: keeps what came in epoch 1. More than the ticket allows ends the connection (RFC 8446 §4.2.10).</summary>
    private void TakeEarlyRecord(ReadOnlySpan<byte> content)
    {
        if (content.Length > _config.MaxEarlyDataSize - (int)_earlyDataLeft)
        {
            Fail(DtlsFailureReason.UnexpectedRecord, AlertDescription.UnexpectedMessage);
            return;
        }

        _earlyDataLeft += (uint)content.Length; // a server counts up
        (_earlyReceived ??= new Queue<byte[]>()).Enqueue(content.ToArray());
        Raise(DtlsEventKind.EarlyDataReceived);
    }
}
