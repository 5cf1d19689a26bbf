using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using Sockets.Dtls;

namespace Sockets.Bogo.Shim;

/// <summary>
/// One connection against the runner: handshake, checks, then every record echoed with its bits inverted until the
/// peer is done.
/// </summary>
internal sealed class Exchange : IDisposable
{
    private const int MaxDatagram = 65_507;

    // BoringSSL takes a timer for expired when less than this is left.
    private static readonly TimeSpan TimerTolerance = TimeSpan.FromMilliseconds(15);

    private readonly ShimOptions _options;
    private readonly DtlsConfig _config;
    private readonly RunnerChannel _channel;
    private readonly ShimClock _clock;
    private readonly SessionKeeper _sessions;
    private readonly bool _mustResume;
    private readonly DtlsConnection _connection;
    private readonly Queue<byte[]> _received = new();
    private readonly byte[] _buffer = new byte[MaxDatagram];
    private DtlsCredential? _selectedCredential;
    private bool _hasSigned;
    private bool _hasTicket;
    private bool _isConnected;
    private bool _isDone;

    public Exchange(ShimOptions options, DtlsConfig config, RunnerChannel channel, ShimClock clock, SessionKeeper sessions, bool mustResume)
    {
        _options = options;
        _config = config;
        _channel = channel;
        _clock = clock;
        _sessions = sessions;
        _mustResume = mustResume;
        _connection = options.IsServer
            ? DtlsConnection.CreateServer(config, default, clock.Now)
            : DtlsConnection.CreateClient(config, default, clock.Now);
    }

    /// <summary>Runs until the peer ends it.</summary>
    /// <exception cref="ShimFailureException">It did not go as the flags say.</exception>
    public void Run()
    {
        Drain();
        while (!_isDone)
        {
            if (!_channel.TryRead(out Opcode opcode, out Span<byte> body))
            {
                OnEndOfStream();
                break;
            }

            Handle(opcode, body);
        }

        if (_options.ExpectEarlyDataTicket && !_sessions.TicketSupportsEarlyData)
            throw new ShimFailureException("Expectation: a ticket good for early data.");
        if (!_options.IsServer && !_options.SendAlert && _hasTicket == _options.ExpectNoSession)
            throw new ShimFailureException(_hasTicket ? "Expectation: no session ticket, but one came." : "Expectation: a session ticket, but none came.");
    }

    public void Dispose() => _connection.Dispose();

    private void Handle(Opcode opcode, Span<byte> body)
    {
        switch (opcode)
        {
            case Opcode.Packet:
                var sink = new Sink(_received);
                _connection.HandleDatagram(default, body, _clock.Now, ref sink);
                Drain();
                break;
            case Opcode.Timeout:
                _channel.SendTimeoutAck();
                Advance(Nanoseconds(BinaryPrimitives.ReadUInt64BigEndian(body)));
                break;
            case Opcode.DatagramSize:
                _connection.MaxDatagramSize = BinaryPrimitives.ReadInt32BigEndian(body);
                break;
            case Opcode.ExpectTimeout:
                CheckTimer(BinaryPrimitives.ReadUInt64BigEndian(body));
                break;
            case Opcode.UpdateTimeout:
                _connection.InitialRetransmitTimeout = TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt32BigEndian(body));
                break;
            default:
                throw new ShimFailureException($"Framing: opcode {opcode} is not for the shim.");
        }
    }

    private void Advance(TimeSpan duration)
    {
        _clock.Advance(duration);
        if (_connection.NextHandshakeTimer is { } timer && timer != MonotonicTime.Never && timer - _clock.Now < TimerTolerance)
            _clock.AdvanceTo(timer);
        _connection.HandleTimeout(_clock.Now);
        Drain();
    }

    private void CheckTimer(ulong nanoseconds)
    {
        TimeSpan? expected = nanoseconds == ulong.MaxValue ? null : Nanoseconds(nanoseconds);
        TimeSpan? actual = null;
        if (_connection.NextHandshakeTimer is { } timer && timer != MonotonicTime.Never)
            actual = timer - _clock.Now < TimerTolerance ? TimeSpan.Zero : timer - _clock.Now;
        if (expected != actual)
            throw new ShimFailureException($"Expectation: next handshake timer {Text(expected)}, it is {Text(actual)}.");
    }

    /// <summary>Sends what there is to send and answers what there is to answer, until neither brings anything new.</summary>
    private void Drain()
    {
        do
        {
            Transmit();
            Echo();
        }
        while (AnswerEvents());

        _channel.Flush();
    }

    private void Transmit()
    {
        for (DtlsTransmit transmit = _connection.PollTransmit(_buffer); !transmit.IsEmpty; transmit = _connection.PollTransmit(_buffer))
            _channel.SendPacket(_buffer.AsSpan(0, transmit.Length));
    }

    private bool AnswerEvents()
    {
        bool any = false;
        while (_connection.PollEvent(out DtlsEvent dtlsEvent))
        {
            any = true;
            switch (dtlsEvent.Kind)
            {
                case DtlsEventKind.CertificateVerificationRequired:
                    bool isEnforced = _options.VerifyPeer || _options.RequireClientCertificate;
                    _connection.CompleteCertificateVerification(isEnforced && _options.VerifyFail && (_options.VerifyOnResume || !_connection.IsResumed) ? _options.VerifyFailAlert : null, _clock.Now);
                    break;
                case DtlsEventKind.SignatureRequired:
                    Sign();
                    break;
                case DtlsEventKind.Connected:
                    OnConnected();
                    break;
                case DtlsEventKind.TicketReceived:
                    _hasTicket = true;
                    _sessions.TakeFrom(_connection);
                    break;
                case DtlsEventKind.PeerClosed:
                    _isDone = true;
                    break;
                case DtlsEventKind.Closed:
                    OnClosed();
                    break;
            }
        }

        return any;
    }

    private void Sign()
    {
        if (!_hasSigned && _options.PrivateKeyDelayMilliseconds > 0)
        {
            _hasSigned = true;
            Advance(TimeSpan.FromMilliseconds(_options.PrivateKeyDelayMilliseconds));
        }

        if (_connection.PendingSignature is not { } request)
            return;
        _hasSigned = true;
        _selectedCredential = request.Credential;
        byte[] signature = request.Credential.Signer!.Sign(request.Scheme, request.Content.Span);
        _connection.CompleteSignature(signature, _clock.Now);
    }

    private void OnConnected()
    {
        Transmit(); // our last flight, or the ACK of the peer's, goes first
        _channel.Flush();
        CheckExpectations();
        _isConnected = true;
        var sink = new Sink(_received);
        _connection.DeliverEarly(_clock.Now, ref sink);
        if (_options.ExportLength > 0)
        {
            byte[] material = new byte[_options.ExportLength];
            _connection.ExportKeyingMaterial(
                Encoding.UTF8.GetBytes(_options.ExportLabel), Encoding.UTF8.GetBytes(_options.ExportContext), material);
            Write(material);
        }

        if (_options.SendAlert)
        {
            _connection.Abort(AlertDescription.DecompressionFailure, _clock.Now);
            _isDone = true;
            return;
        }

        if (_options.WritesFirst)
            Write("hello"u8);
        BeforeRead();
    }

    private void BeforeRead()
    {
        if (_options.KeyUpdateBeforeRead)
        {
            if (!_connection.RequestKeyUpdate(_clock.Now) && _connection.Failure is null)
                throw new ShimFailureException("RequestKeyUpdate: the epochs are used up.");
            Transmit();
        }
    }

    private void Echo()
    {
        while (_isConnected && _received.TryDequeue(out byte[]? data))
        {
            for (int i = 0; i < data.Length; i++)
                data[i] ^= 0xFF;
            Write(data);
            BeforeRead();
        }
    }

    private void Write(ReadOnlySpan<byte> content)
    {
        DtlsWriteResult result = _connection.Write(content, _clock.Now, _buffer, out int length);
        if (result == DtlsWriteResult.Success)
            _channel.SendPacket(_buffer.AsSpan(0, length));
        else if (result != DtlsWriteResult.NotConnected)
            throw new ShimFailureException($"Write: {result}.");
    }

    private void OnClosed()
    {
        _isDone = true;
        Transmit(); // the alert
        if (_connection.Failure is { } failure && !_options.SendAlert)
        {
            _channel.Flush();
            throw Failed(failure);
        }
    }

    /// <summary>
    /// The peer is gone. During the handshake that is a failure: of the kind a plaintext alert told, once the time has
    /// passed in which something better could have come.
    /// </summary>
    private void OnEndOfStream()
    {
        if (_isConnected)
            return;
        ulong before = _connection.Statistics.Retransmissions;
        while (_connection.NextHandshakeTimer != MonotonicTime.Never && _connection.Statistics.Retransmissions == before)
        {
            _clock.AdvanceTo(_connection.NextHandshakeTimer);
            _connection.HandleTimeout(_clock.Now);
            if (_connection.Failure is { } failure)
                throw Failed(failure);
        }

        throw new ShimFailureException($"End of stream in state {_connection.State}.");
    }

    private void CheckExpectations()
    {
        if (_connection.IsResumed != _mustResume)
            throw new ShimFailureException(_mustResume ? "Expectation: the session was not resumed." : "Expectation: the session was resumed.");
        if (_options.ExpectNoEarlyData && _connection.EarlyDataStatus != DtlsEarlyDataStatus.None)
            throw new ShimFailureException($"Expectation: no early data, it is {_connection.EarlyDataStatus}.");
        if (_options.CountTicketCalls && _config.TicketProtector is CountingProtector { ReadCount: > 1 } protector)
            throw new ShimFailureException($"Expectation: a ticket is read once, it was {protector.ReadCount} times.");
        if (_options.ExpectRetry && !_connection.UsedHelloRetryRequest)
            throw new ShimFailureException("Expectation: no HelloRetryRequest took place.");
        if (_options.ExpectServerName is { } name && name != _connection.ServerName)
            throw new ShimFailureException($"Expectation: server name \"{name}\", it is \"{_connection.ServerName}\".");
        string protocol = _options.IsServer
            ? (_options.ApplicationProtocols.Count > 0 ? _options.ApplicationProtocols[0] : "")
            : _options.ExpectApplicationProtocol;
        if (protocol != _connection.ApplicationProtocol.ToString())
            throw new ShimFailureException($"Expectation: application protocol \"{protocol}\", it is \"{_connection.ApplicationProtocol}\".");
        if (_options.ExpectSelectedCredential is { } index && index != SelectedCredential())
            throw new ShimFailureException($"Expectation: credential {index}, it is {SelectedCredential()}.");
    }

    /// <summary>Index of the credential that was used; -1 for the default one and for none.</summary>
    private int SelectedCredential()
    {
        for (int i = 0; i < _options.Credentials.Count; i++)
        {
            if (ReferenceEquals(_config.Credentials[i], _selectedCredential))
                return i;
        }

        return -1;
    }

    private static TimeSpan Nanoseconds(ulong value) => TimeSpan.FromTicks((long)(value / 1000) * TimeSpan.TicksPerMicrosecond);

    private static ShimFailureException Failed(DtlsFailure failure) =>
        new($"DtlsFailure: {failure.Reason} {failure.Alert} in state {failure.State}");

    private static string Text(TimeSpan? duration) => duration is { } value ? $"in {value.TotalMilliseconds} ms" : "none";

    private readonly struct Sink(Queue<byte[]> received) : IDtlsSink
    {
        public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data)
        {
            if (!data.IsEmpty)
                received.Enqueue(data.ToArray());
        }
    }
}
