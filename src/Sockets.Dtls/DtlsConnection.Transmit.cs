using System;
using System.Diagnostics;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Handshake.Messages;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>The send path: application data, flights, acknowledgements.</content>
public sealed partial class DtlsConnection
{
    // Before the peer's address is validated, bytes sent are at most this multiple of bytes received (RFC 9147 §5.1).
    internal const int AmplificationLimit = 3;

    // Epochs from here on protect what comes after the handshake (RFC 9147 §6.1).
    private const ulong FirstApplicationEpoch = 3;

    // ACKs sent since the last whole message that may be as large as a datagram.
    private const int FullSizeAcks = 2;

    private Flight? _flight;
    private AckTracker? _acks;
    private RetransmitTimer _timer;
    private MonotonicTime _ackDeadline = MonotonicTime.Never;
    private bool _isAckDue;
    private bool _isFlightOpen;
    private bool _wantsAck;
    private bool _hasObeyedEmptyAck;
    private int _ackRepeats;
    private int _acksWithoutProgress;
    private int _burst;
    private MonotonicTime _nextBurst = MonotonicTime.Never;
    private bool _isAddressValidated;
    private int _nextSendMessage;
    private int _maxDatagramSize;
    private int _datagramSize;
    private long _unvalidatedBytesReceived;
    private long _unvalidatedBytesSent;

    /// <summary>
    /// The longest content of one <see cref="Write"/> in bytes, from <see cref="MaxDatagramSize"/> and <see cref="PeerRecordSizeLimit"/>; 0
    /// while not connected.
    /// </summary>
    public int MaxPlaintextSize =>
        _epochs.CurrentWrite is { } epoch && IsConnected ? MaxContent(epoch, _maxDatagramSize) : 0;

    /// <summary>
    /// Largest datagram to send, in bytes of UDP payload. Starts as <see cref="DtlsConfig.MaxDatagramSize"/>; an application
    /// that learns the path MTU may change it, which ends a search (<see cref="DtlsConfig.MaxProbedDatagramSize"/>), and what is sent
    /// again is cut anew. On another path it is no more than <see cref="DtlsConfig.MaxDatagramSize"/> again.
    /// </summary>
    public int MaxDatagramSize
    {
        get => _maxDatagramSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, DtlsConfig.SmallestDatagram);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, DtlsConfig.LargestDatagram);
            _pathMtu = null; // the application knows better
            _maxDatagramSize = value;
            _datagramSize = value;
            Touch();
        }
    }

    private int AckCount => _acks?.Count ?? 0;

    /// <summary>Bytes of the datagram that <see cref="Write"/> makes of a content, its padding included.</summary>
    /// <exception cref="InvalidOperationException">The handshake is not done, or the connection is over.</exception>
    public int GetRecordSize(int plaintextLength) =>
        IsConnected
            ? plaintextLength + _epochs.CurrentWrite!.Overhead + PaddingOf(_epochs.CurrentWrite, plaintextLength, _maxDatagramSize)
            : throw new InvalidOperationException("A record has a size once the handshake is done and until the connection is over.");

    /// <summary>
    /// Seals one record of application data as one datagram, straight into <paramref name="destination"/>, to be sent to
    /// <see cref="Path"/>. Allocates nothing.
    /// </summary>
    /// <param name="plaintext">The content, <see cref="MaxPlaintextSize"/> bytes at most; may be empty. Must not overlap the destination.</param>
    /// <param name="now">The time.</param>
    /// <param name="destination">At least <see cref="GetRecordSize"/> bytes.</param>
    /// <param name="bytesWritten">Bytes of the datagram.</param>
    public DtlsWriteResult Write(ReadOnlySpan<byte> plaintext, MonotonicTime now, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (!IsConnected)
            return DtlsWriteResult.NotConnected;
        WriteEpoch epoch = _epochs.CurrentWrite!;
        if (plaintext.Length > MaxContent(epoch, _maxDatagramSize))
            return DtlsWriteResult.TooLarge;
        int padding = PaddingOf(epoch, plaintext.Length, _maxDatagramSize);
        if (destination.Length < plaintext.Length + epoch.Overhead + padding)
            return DtlsWriteResult.DestinationTooSmall;
        _now = now;
        if (epoch.IsExhausted)
        {
            FailSilently(DtlsFailureReason.KeyLimitReached);
            Touch();
            return DtlsWriteResult.KeyLimitReached;
        }

        bytesWritten = epoch.Seal(plaintext, ContentType.ApplicationData, destination, out _, padding);
        _silentMtuProbes = 0;
        CountSent(bytesWritten, 1);
        NoteUse();
        _hasWrittenSinceProbe = true;
        if (epoch.NeedsUpdate && !_isKeyUpdateQueued && _flight is not { IsEmpty: false })
        {
            QueueKeyUpdate(requestPeerUpdate: false);
            Touch();
        }

        return DtlsWriteResult.Success;
    }

    /// <summary>
    /// Writes the next datagram of the handshake, acknowledgements and alerts. Call until it is empty.
    /// </summary>
    /// <param name="destination">At least <see cref="MaxDatagramSize"/> bytes, and <see cref="DtlsConfig.MaxProbedDatagramSize"/> where it is set.</param>
    /// <returns>One datagram and where it goes, or an empty result when there is nothing to send.</returns>
    public DtlsTransmit PollTransmit(Span<byte> destination)
    {
        if (_paths is { HasWork: true } paths && WritePathMessage(paths, destination) is { IsEmpty: false } transmit)
            return transmit;
        if (_probe is { IsChallengeDue: true } probe && WriteProbe(probe, destination) is { IsEmpty: false } challenge)
            return challenge;
        int limit = Math.Min(destination.Length, IsMtuProbeNext ? _mtuProbeSize : _datagramSize);
        if (!_isAddressValidated && Role == DtlsRole.Server && !_config.DangerousUnlimitedAmplification)
            limit = (int)Math.Min(limit, (AmplificationLimit * _unvalidatedBytesReceived) - _unvalidatedBytesSent);
        int records = 0;
        int length = limit > 0 ? WriteNextDatagram(destination[..limit], out records) : 0;
        if (length == 0)
        {
            _inputsSinceDrain = 0;
            return default;
        }

        CountSent(length, records);
        NoteUse();
        if (!_isAddressValidated)
            _unvalidatedBytesSent += length;
        return new DtlsTransmit(length, length, _path);
    }

    void IHandshakeHost.BeginFlight()
    {
        DropFlight();
        _isFlightOpen = true;
    }

    void IHandshakeHost.Send(HandshakeType type, ReadOnlySpan<byte> body) => Enqueue(type, body);

    void IHandshakeHost.EndFlight()
    {
        _isFlightOpen = false;

        // The flight answers what was received: no ACK of it is needed (RFC 9147 §7.1).
        _acks?.Clear();
        _ackDeadline = MonotonicTime.Never;
        _isAckDue = false;
        _wantsAck = false;
        StartFlight();
    }

    private void StartFlight()
    {
        _timer.StartFlight(_now);
        StartBurst();
        _hasObeyedEmptyAck = false;
        Touch();
    }

    private void Enqueue(HandshakeType type, ReadOnlySpan<byte> body)
    {
        // message_seq has 16 bits and must not wrap (RFC 9147 §5.2).
        if (_nextSendMessage > ushort.MaxValue)
        {
            Fail(DtlsFailureReason.NumberSpaceExhausted, AlertDescription.InternalError);
            return;
        }

        _flight ??= new Flight(_config.AckHistory);
        _flight.Add(new OutgoingMessage(type, (ushort)_nextSendMessage++, _epochs.CurrentWrite?.Epoch ?? 0, body.ToArray()));
    }

    private void DropFlight()
    {
        _flight?.Clear();
        _timer.Stop();
        _nextBurst = MonotonicTime.Never;
    }

    private void CountSent(int bytes, int records)
    {
        _statistics.DatagramsSent++;
        _statistics.BytesSent += (ulong)bytes;
        _statistics.RecordsSent += (ulong)records;
    }

    private int WriteNextDatagram(Span<byte> destination, out int records)
    {
        records = 1;
        if (_pendingAlert is { } alert)
            return WriteAlert(alert, destination);
        if (IsOver)
            return 0;
        if (_isAckDue)
        {
            _isAckDue = false;
            int length = WriteAck(destination);
            if (length > 0)
                return length;
        }

        return _flight is { IsSent: false } flight && !_isFlightOpen ? WriteFlight(flight, destination, out records) : 0;
    }

    /// <summary>Packs as much of the flight as fits: several fragments a record, several records a datagram.</summary>
    private int WriteFlight(Flight flight, Span<byte> destination, out int records)
    {
        int used = 0;
        records = 0;
        while (!flight.IsSent)
        {
            if (_burst == _config.MaxRecordsPerBurst)
            {
                _nextBurst = MonotonicTime.Min(_nextBurst, _now + _config.BurstInterval);
                break;
            }

            Span<byte> rest = destination[used..];
            ulong epochNumber = flight.NextEpoch;
            WriteEpoch? epoch = _epochs.FindWrite(epochNumber);
            Debug.Assert(epochNumber == 0 || epoch is not null, "The keys of a flight live as long as the flight.");
            if (epochNumber != 0 && epoch is null)
                break; // never in clear
            int overhead = epoch?.Overhead ?? PlaintextHeader.Length;
            int offset = epoch?.ContentOffset ?? PlaintextHeader.Length;
            int room = epoch is not null ? MaxContent(epoch, rest.Length) : Math.Min(rest.Length - overhead, MaxContentLength);
            if (room <= FragmentHeader.Length)
                break;
            if (epoch is { IsExhausted: true })
            {
                FailSilently(DtlsFailureReason.KeyLimitReached);
                Touch(); // the owner may have taken the events already
                break;
            }

            int contentLength = flight.Fill(rest.Slice(offset, room), out SentRecord range);
            bool isMtuProbe = _mtuProbeSize > 0 && epoch is not null && epochNumber >= FirstApplicationEpoch;
            RecordNumber number;
            int length = isMtuProbe
                ? epoch!.Seal(rest.Slice(offset, contentLength), ContentType.Handshake, rest, out number, PaddingOfProbe(epoch, contentLength, rest.Length))
                : Seal(epoch, rest.Slice(offset, contentLength), ContentType.Handshake, rest, out number);
            if (isMtuProbe)
                OnMtuProbeSent(number, length);
            used += length;
            flight.OnSent(number, range);
            records++;
            _burst++;
            if (epoch is not null && _config.HeaderForm == RecordHeaderForm.WithoutLength)
                break; // a record without length is the last of its datagram
        }

        return used;
    }

    /// <summary>Seals one record in an epoch, or writes it in clear when there is none.</summary>
    private int Seal(WriteEpoch? epoch, ReadOnlySpan<byte> content, ContentType type, Span<byte> destination, out RecordNumber number)
    {
        if (epoch is not null)
            return epoch.Seal(content, type, destination, out number, PaddingOf(epoch, content.Length, destination.Length));
        number = new RecordNumber(0, _epochs.PlaintextSequence++);
        bool isFirstHello = type == ContentType.Handshake && Role == DtlsRole.Client && _machine is { UsedHelloRetryRequest: false };
        PlaintextHeader.Write(
            destination, type, number.Sequence, content.Length, isFirstHello ? PlaintextHeader.FirstHelloVersion : PlaintextHeader.LegacyVersion);
        content.CopyTo(destination[PlaintextHeader.Length..]);
        return PlaintextHeader.Length + content.Length;
    }

    /// <summary>
    /// The newest write keys the peer can expect: those after a message that has not gone out yet are unknown to it. A
    /// server's epoch 2 begins after ServerHello, epoch 3 of either side after its Finished (RFC 8446 Appendix A).
    /// </summary>
    private WriteEpoch? KnownWriteEpoch => _flight?.UnsentEpoch is { } epoch ? _epochs.FindWrite(epoch) : _epochs.CurrentWrite;

    private int WriteAck(Span<byte> destination)
    {
        WriteEpoch? epoch = KnownWriteEpoch;
        if (epoch is { IsExhausted: true })
            return 0;
        int overhead = epoch?.Overhead ?? PlaintextHeader.Length;

        // ACKs that bring nothing new may be too large for the path, which loses them silently (RFC 9147 §4.4).
        int size = destination.Length;
        if (_config.LowerDatagramSizeOnLoss && _acksWithoutProgress >= FullSizeAcks)
            size = Math.Min(size, _config.MinDatagramSize);
        int content = epoch is not null ? MaxContent(epoch, size) : size - overhead;
        int room = (content - AckMessage.PrefixLength) / AckMessage.EntryLength;
        if (room <= 0 || _acks is null)
            return 0;
        Span<RecordNumber> numbers = stackalloc RecordNumber[Math.Min(room, AckCount)];
        ulong ackEpoch = epoch?.Epoch ?? 0;
        int count = _acks.CopyTo(numbers, ackEpoch < FirstApplicationEpoch ? ackEpoch : ulong.MaxValue);
        if (count == 0)
            return 0;
        int offset = epoch?.ContentOffset ?? PlaintextHeader.Length;
        int length = AckMessage.Write(numbers[..count], destination[offset..]);
        _acksWithoutProgress++;
        if (_ids is { } ids)
            ids.OwesAck = false;
        return Seal(epoch, destination.Slice(offset, length), ContentType.Ack, destination[..size], out _);
    }

    /// <summary>Remembers that a record wants an ACK.</summary>
    private void RequestAck(RecordNumber number)
    {
        _acks ??= new AckTracker(_config.AckHistory);
        _acks.Add(number);
        _wantsAck = true;
    }

    /// <summary>Sends an ACK of everything received, at once.</summary>
    private void SendAckNow()
    {
        _isAckDue = AckCount > 0;
        _ackDeadline = MonotonicTime.Never;
        _wantsAck = false;
    }

    /// <summary>
    /// After input: starts the ACK timer when a record wants an ACK and no flight of ours has answered it
    /// (RFC 9147 §7.1). Not before the version is known.
    /// </summary>
    private void ScheduleAck()
    {
        bool wanted = _wantsAck;
        _wantsAck = false;
        if (!wanted || IsOver || _isAckDue || _machine is { State: DtlsState.Initial } or { State: DtlsState.WaitServerHello, UsedHelloRetryRequest: false })
            return;
        _ackRepeats = 0;
        _ackDeadline = MonotonicTime.Min(_ackDeadline, _now + (_timer.Current / _config.AckDelayDivisor));
    }

    /// <summary>The peer answers our flight: it has all of it (RFC 9147 §7.1).</summary>
    private void OnFlightAnswered()
    {
        if (_flight is not { IsEmpty: false } || _isFlightOpen)
            return;
        MeasureRoundTrip();
        DropFlight();
    }

    private void MeasureRoundTrip()
    {
        // Only a flight that was sent once tells the round trip (Karn); RFC 9147 §5.8.2 suggests 1.5 times it.
        if (!_config.UseMeasuredRoundTrip || _timer.Timeouts > 0)
            return;
        TimeSpan candidate = (_now - _timer.Started) * 1.5;
        if (candidate < MinMeasuredTimeout)
            candidate = MinMeasuredTimeout;
        if (candidate < _timer.Initial)
            _timer.Initial = candidate;
    }

    /// <summary>The peer names records of ours that it has.</summary>
    private void HandleAck(ulong ackEpoch, ReadOnlySpan<byte> content)
    {
        // RFC 9147 §7: during the handshake never of a later epoch; afterwards the sender's keys may lag behind ours.
        bool isValid = AckMessage.TryParse(content, out ReadOnlySpan<byte> entries);
        for (ReadOnlySpan<byte> rest = entries; isValid && ackEpoch < FirstApplicationEpoch && !rest.IsEmpty;)
            isValid = AckMessage.Read(ref rest).Epoch <= ackEpoch;
        if (!isValid)
        {
            if (IsTrusted(ackEpoch))
                Fail(DtlsFailureReason.MalformedAck, AlertDescription.DecodeError);
            else
                _statistics.Discard(DiscardReason.InvalidPlaintext);
            return;
        }

        // Before the first answer of a server nothing tells that it speaks this version at all.
        if (_flight is not { IsEmpty: false } flight || _isFlightOpen || _machine is { State: DtlsState.WaitServerHello, UsedHelloRetryRequest: false })
            return;

        // RFC 9147 §6: an empty ACK says that nothing could be read yet. Anybody can forge one, so it counts once a timeout.
        bool progress = entries.IsEmpty && !_hasObeyedEmptyAck;
        _hasObeyedEmptyAck |= progress;
        while (!entries.IsEmpty)
        {
            RecordNumber number = AckMessage.Read(ref entries);
            _isMtuProbeAcknowledged |= _mtuProbeBytes > 0 && number == _mtuProbeNumber;
            progress |= flight.Acknowledge(number);
        }

        if (!progress)
            return;
        if (!flight.IsAcknowledged)
        {
            if (!_config.ResendOnPartialAck)
                return;

            // RFC 9147 §5.8.1: a partial ACK has the rest sent again.
            ResendFlight(flight);
            _timer.Start(_now);
        }
        else if (IsTrusted(ackEpoch))
        {
            OnFlightAcknowledged(flight);
        }
    }

    private void ResendFlight(Flight flight)
    {
        flight.Rewind();
        StartBurst();
    }

    private void StartBurst()
    {
        _burst = 0;
        _nextBurst = MonotonicTime.Never;
    }

    private void OnFlightAcknowledged(Flight flight)
    {
        bool hasKeyUpdate = flight.Contains(HandshakeType.KeyUpdate);
        DropFlight();
        if (!IsConnected)
            return;
        _flight = null;
        if (hasKeyUpdate)
        {
            ConcludePathProbe();
            AdvanceWriteKeys();
        }

        _epochs.DropHandshakeWrite();
        SendQueuedMessages();
    }
}
