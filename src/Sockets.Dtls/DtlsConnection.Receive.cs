using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>From datagram to record to content: the receive path.</content>
public sealed partial class DtlsConnection
{
    // RFC 8446 §5.1 and §5.2: content at most, and ciphertext at most.
    private const int MaxContentLength = 1 << 14;
    private const int MaxCiphertextLength = MaxContentLength + 256;

    private RecordNumber _closeNotifyNumber;
    private bool _isPeerClosed;
    private bool _hasPeerApplicationRecords;
    private List<byte[]>? _early;
    private int _earlyBytes;

    /// <summary>
    /// Takes one datagram. <b>Its bytes are overwritten</b>: records are decrypted where they lie. Application data is
    /// given to <paramref name="sink"/> during the call; everything else waits in <see cref="PollTransmit"/> and
    /// <see cref="PollEvent"/>. Whatever the datagram holds, this does not throw; what is not accepted is counted in
    /// <see cref="Statistics"/>. Allocates nothing once the handshake is done.
    /// </summary>
    /// <param name="path">Where it came from.</param>
    /// <param name="datagram">The datagram; overwritten.</param>
    /// <param name="now">The time.</param>
    /// <param name="sink">Takes application data.</param>
    public void HandleDatagram<TSink>(in DtlsPath path, Span<byte> datagram, MonotonicTime now, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        _now = now;
        _statistics.DatagramsReceived++;
        _statistics.BytesReceived += (ulong)datagram.Length;
        if (IsOver)
        {
            _statistics.Discard(DiscardReason.ConnectionClosed);
            return;
        }

        bool isOtherPath = path != _path;
        if (isOtherPath && (_machine is not null || !AcceptsFrom(path)))
        {
            // Without a connection ID the path is the identity (RFC 9147 §9), and a handshake stays where it began.
            _statistics.Discard(DiscardReason.WrongPath);
            return;
        }

        _ids?.BeginDatagram(path, isOtherPath);
        if (datagram.IsEmpty)
            _statistics.Discard(DiscardReason.Truncated);
        if (!_isAddressValidated)
            _unvalidatedBytesReceived += datagram.Length;
        NoteUse();
        HandleRecords(datagram, ref sink);
        if (_early is not null && IsConnected)
            DrainEarly(ref sink);
        if (_wantsAck)
            ScheduleAck();
        Touch();
    }

    /// <summary>
    /// Opens what came before the peer's Finished was taken. Call it on <see cref="DtlsEventKind.Connected"/>; without, it
    /// waits for the next datagram.
    /// </summary>
    public void DeliverEarly<TSink>(MonotonicTime now, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        if (_early is null || !IsConnected)
            return;
        _now = now;
        DrainEarly(ref sink);
        ScheduleAck();
        Touch();
    }

    private void DrainEarly<TSink>(ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        List<byte[]> early = _early!;
        _early = null;
        _ids?.BeginKeptRecord();
        foreach (byte[] records in early)
            HandleRecords(records, ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void HandleRecords<TSink>(Span<byte> datagram, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        while (!datagram.IsEmpty && !IsOver)
        {
            int consumed = UnifiedHeader.IsCiphertext(datagram[0])
                ? HandleCiphertext(datagram, ref sink)
                : HandlePlaintext(datagram);
            datagram = datagram[consumed..];
        }
    }

    /// <summary>
    /// Keeps a record of epoch 3 that came too early: the peer sends application data right behind its Finished, which may
    /// have been overtaken or wait for the driver to judge a certificate.
    /// </summary>
    private bool TryKeepEarly(in UnifiedHeader header, ReadOnlySpan<byte> record)
    {
        // What is shorter than tag and content type can never be opened; it would only cost more than it counts.
        bool isWanted = header.EpochBits == 3 ? _epochs.CurrentRead is { Epoch: 2 } : header.EpochBits == (int)EarlyEpoch && HoldsEarlyData;
        if (_machine is null || !isWanted
            || header.CiphertextLength <= CipherSuites.TagLength
            || _earlyBytes + record.Length > _config.EarlyDatagramBuffer)
        {
            return false;
        }

        _early ??= [];
        _early.Add(record.ToArray());
        _earlyBytes += record.Length;
        return true;
    }

    /// <returns>Bytes of the datagram that are dealt with.</returns>
    private int HandleCiphertext<TSink>(Span<byte> datagram, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        int connectionIdLength = 0;
        if (_ids is not null || UnifiedHeader.HasConnectionId(datagram[0]))
        {
            // RFC 9147 §4: with a connection ID that is not ours not even the end of the record can be told.
            connectionIdLength = CheckConnectionId(datagram, out DiscardReason reason);
            if (connectionIdLength < 0)
                return Discard(reason, datagram.Length);
        }

        if (!UnifiedHeader.TryRead(datagram, connectionIdLength, out UnifiedHeader header))
            return Discard(DiscardReason.Truncated, datagram.Length);

        int length = header.Layout.Length + header.CiphertextLength;
        if (header.CiphertextLength > MaxCiphertextLength)
            return Discard(DiscardReason.TooLong, length);
        ReadEpoch? epoch = _epochs.FindRead(header.EpochBits);
        if (epoch is null || epoch.Expiry <= _now)
            return TryKeepEarly(header, datagram[..length]) ? length : Discard(DiscardReason.UnknownEpoch, length);

        bool isFirst = !epoch.IsUsed;
        if (!epoch.TryOpen(header, datagram[..length], out OpenedRecord record))
        {
            if (record.Discard == DiscardReason.AuthenticationFailed)
                OnForgery(epoch);
            return Discard(record.Discard, length);
        }

        _statistics.RecordsReceived++;
        if (_ids is { } ids)
            AcceptIdentified(ids, epoch, record, length);
        if (epoch.Epoch != EarlyEpoch)
        {
            _lastReceived = _now;
            _isAddressValidated = true; // anybody can have sent a copy of early data from anywhere
            _suspectedAlert = null; // a peer with keys does not complain in clear
        }

        if (isFirst && epoch == _epochs.CurrentRead)
            _epochs.ExpirePrevious(_now + _config.PreviousEpochLifetime);
        // Nearly all records are these, so they go ahead of the rest.
        if (header.CiphertextLength - CipherSuites.TagLength > _receiveLimit && IsOverflow(record, header.CiphertextLength - CipherSuites.TagLength))
            Fail(DtlsFailureReason.RecordOverflow, AlertDescription.RecordOverflow);
        else if (record.Type == ContentType.ApplicationData && !_isPeerClosed)
            HandleApplicationData(record, ref sink);
        else
            HandleContent(record, ref sink);
        return length;
    }

    /// <summary>RFC 9147 §4.5.3: many forgeries under one key call for another one, and at the limit for the end.</summary>
    private void OnForgery(ReadEpoch epoch)
    {
        if (epoch.IntegrityLimitReached)
            FailSilently(DtlsFailureReason.KeyLimitReached);
        else if (epoch.IntegrityUpdateDue && IsConnected)
            QueueKeyUpdate(requestPeerUpdate: true);
    }

    private void HandleContent<TSink>(in OpenedRecord record, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        // RFC 9147 §5.10: what is numbered after the closure alert is ignored. An ACK says nothing of its own.
        if (_isPeerClosed && record.Type != ContentType.Ack && record.Number.CompareTo(_closeNotifyNumber) > 0)
        {
            _statistics.Discard(DiscardReason.UnexpectedApplicationData);
            return;
        }

        switch (record.Type)
        {
            case ContentType.ApplicationData:
                HandleApplicationData(record, ref sink);
                break;
            case ContentType.Handshake:
                HandleHandshakeRecord(record.Number, record.Content);
                break;
            case ContentType.Ack:
                HandleAck(record.Number.Epoch, record.Content);
                break;
            case ContentType.Alert:
                HandleAlert(record.Number, record.Content);
                break;
            case ContentType.ReturnRoutabilityCheck:
                HandlePathMessage(record);
                break;
            case ContentType.Invalid:
                // RFC 8446 §5.4: a record of nothing but padding.
                Fail(DtlsFailureReason.UnexpectedMessage, AlertDescription.UnexpectedMessage);
                break;
            default:
                Fail(DtlsFailureReason.UnexpectedRecord, AlertDescription.UnexpectedMessage);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void HandleApplicationData<TSink>(in OpenedRecord record, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        if (record.Number.Epoch == EarlyEpoch && Role == DtlsRole.Server)
        {
            TakeEarlyRecord(record.Content);
            return;
        }

        // Epoch 2 protects handshakes only (RFC 9147 §6.1).
        if (record.Number.Epoch < FirstApplicationEpoch)
        {
            Fail(DtlsFailureReason.UnexpectedRecord, AlertDescription.UnexpectedMessage);
            return;
        }

        _keyUpdatesSinceData = 0;
        _hasPeerApplicationRecords = true;
        sink.OnData(this, record.Content);
    }

    private int HandlePlaintext(Span<byte> datagram)
    {
        var type = (ContentType)datagram[0];
        if (type is not (ContentType.Alert or ContentType.Handshake or ContentType.Ack or ContentType.ChangeCipherSpec or ContentType.ApplicationData))
            return Discard(DiscardReason.InvalidHeader, datagram.Length);
        if (!PlaintextHeader.TryRead(datagram, out PlaintextHeader header)
            || header.ContentLength > datagram.Length - PlaintextHeader.Length)
        {
            return Discard(DiscardReason.Truncated, datagram.Length);
        }

        int length = PlaintextHeader.Length + header.ContentLength;

        // RFC 9147 §4: legacy_record_version is ignored for all purposes.
        if (header.Epoch != 0 || header.ContentLength > MaxContentLength)
            return Discard(DiscardReason.InvalidPlaintext, length);
        if (_machine is null)
            return Discard(DiscardReason.UnexpectedPlaintext, length);

        var number = new RecordNumber(0, header.Sequence);
        Span<byte> content = datagram[PlaintextHeader.Length..length];
        switch (type)
        {
            case ContentType.Handshake:
                HandleHandshakeRecord(number, content);
                break;
            case ContentType.Ack:
                HandleAck(0, content);
                break;
            case ContentType.Alert when _config.DangerousTrustPlaintext:
                HandleAlert(number, content);
                break;
            case ContentType.Alert:
                HandlePlaintextAlert(content);
                break;
            case ContentType.ApplicationData when _config.DangerousTrustPlaintext:
                Fail(DtlsFailureReason.UnexpectedRecord, AlertDescription.UnexpectedMessage);
                break;
            default:
                return Discard(DiscardReason.InvalidPlaintext, length); // change_cipher_spec and plaintext data (RFC 9147 §5)
        }

        return length;
    }

    private int Discard(DiscardReason reason, int length)
    {
        _statistics.Discard(reason);
        return length;
    }
}
