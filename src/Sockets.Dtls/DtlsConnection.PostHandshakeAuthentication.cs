using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake;

namespace Sockets.Dtls;

/// <content>Client authentication after the handshake (RFC 8446 §4.6.2), from both sides.</content>
public sealed partial class DtlsConnection
{
    private PostHandshake? _postHandshake;
    private CertificateRequests? _certificateRequests;
    private CertificateAnswers? _certificateAnswers;

    /// <summary>Server: whether <see cref="RequestClientCertificate"/> may be called: both sides have <see cref="DtlsConfig.PostHandshakeAuthentication"/>.</summary>
    public bool CanRequestClientCertificate => _certificateRequests is not null && IsConnected;

    /// <summary>
    /// Server: the certificates to judge on <see cref="DtlsEventKind.ClientCertificateReceived"/>, in the form of
    /// <see cref="PeerCertificates"/>, which they become when they are accepted. Null: there are none to judge.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? PendingClientCertificates => _certificateRequests?.Pending;

    /// <summary>Server: the kind of <see cref="PendingClientCertificates"/>.</summary>
    public DtlsCertificateType PendingClientCertificateType => _postHandshake?.Kind ?? DtlsCertificateType.X509;

    /// <summary>
    /// Server: asks the client for a certificate now. The client may take its time and may show none;
    /// <see cref="DtlsEventKind.ClientAuthenticated"/> tells. A certificate that is refused ends the connection.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="requestId">Tells its result from others.</param>
    /// <returns>False: the client has not offered it, four are under way already, or there is no connection.</returns>
    public bool RequestClientCertificate(MonotonicTime now, out int requestId)
    {
        requestId = 0;
        if (!IsConnected || _isPeerClosed || _certificateRequests is not { } requests || !requests.TryCreate(out requestId))
            return false;
        _now = now;
        SendQueuedMessages();
        Touch();
        return true;
    }

    /// <summary>Server: takes the next result (<see cref="DtlsEventKind.ClientAuthenticated"/>).</summary>
    /// <returns>Null when there is none.</returns>
    public DtlsClientAuthenticationResult? TakeClientAuthentication() => _certificateRequests?.TakeResult();

    /// <summary>Whether client authentication is under way.</summary>
    private bool IsAuthenticating => _certificateRequests is { IsIdle: false } || _certificateAnswers is { IsIdle: false };

    /// <summary>The handshake is done: keeps what later authentication starts from, where both sides want it.</summary>
    private void KeepPostHandshake(PostHandshake? basis)
    {
        _postHandshake = basis;
        if (basis is null)
            return;
        if (Role == DtlsRole.Server)
            _certificateRequests = new CertificateRequests(basis);
        else
            _certificateAnswers = new CertificateAnswers(basis);
    }

    private void DropPostHandshake()
    {
        _certificateRequests?.Dispose();
        _certificateRequests = null;
        _certificateAnswers?.Dispose();
        _certificateAnswers = null;
        _postHandshake = null;
    }

    /// <summary>Sends requests, or one answer, when no other flight is on its way.</summary>
    private void SendQueuedAuthentication()
    {
        if (_flight is { IsEmpty: false } || !IsConnected)
            return;
        while (!IsOver && _certificateRequests is { } requests && requests.TryTakeUnsent(_nextSendMessage, out byte[]? body))
            Enqueue(HandshakeType.CertificateRequest, body);
        if (_certificateAnswers is { IsReady: true } answers)
        {
            if (answers.Send(WriteSecret, (type, message) => Enqueue(type, message)))
                Raise(DtlsEventKind.SignatureRequired);
        }

        if (_flight is { IsEmpty: false } && !IsOver)
            StartFlight();
    }

    /// <summary>Client: a request.</summary>
    private ProtocolError HandleCertificateRequest(ReadOnlySpan<byte> body)
    {
        if (++_keyUpdatesSinceData > _config.MaxKeyUpdates)
            return new ProtocolError(DtlsFailureReason.TooManyCertificateRequests, AlertDescription.UnexpectedMessage);
        ProtocolError error = _certificateAnswers!.Handle(body, out bool needsSignature);
        if (error.IsError)
            return error;
        if (needsSignature)
            Raise(DtlsEventKind.SignatureRequired);
        SendQueuedMessages();
        return ProtocolError.None;
    }

    /// <summary>Client: the driver has signed.</summary>
    private void CompletePostHandshakeSignature(ReadOnlySpan<byte> signature, MonotonicTime now)
    {
        _now = now;
        _certificateAnswers!.CompleteSignature(signature);
        SendQueuedMessages();
        Touch();
    }

    /// <summary>Server: a message of an answer.</summary>
    private ProtocolError HandleAnswer(HandshakeType type, ReadOnlySpan<byte> body)
    {
        CertificateRequests requests = _certificateRequests!;
        ProtocolError error;
        switch (type)
        {
            case HandshakeType.Certificate:
                error = requests.HandleCertificate(body, out int sequence);
                if (!error.IsError)
                    OnMessageAnswered(sequence);
                return error;
            case HandshakeType.CertificateVerify:
                return requests.HandleCertificateVerify(body);
            default:
                error = requests.HandleFinished(body, ReadSecret, out bool needsJudgement, out bool isEmpty);
                if (error.IsError)
                    return error;
                SendAckNow(); // the client's flight has no other answer (RFC 9147 §7.1)
                if (needsJudgement)
                    Raise(DtlsEventKind.ClientCertificateReceived);
                else if (isEmpty)
                    Raise(DtlsEventKind.ClientAuthenticated);
                return ProtocolError.None;
        }
    }

    /// <summary>An answer is an acknowledgement too (RFC 9147 §7.1): the request need not be sent again.</summary>
    private void OnMessageAnswered(int sequence)
    {
        if (_flight is { IsEmpty: false } flight && flight.Acknowledge((ushort)sequence) && flight.IsAcknowledged)
            OnFlightAcknowledged(flight);
    }

    /// <summary>Server: the driver has judged what a client showed after the handshake.</summary>
    private void CompletePostHandshakeVerification(AlertDescription? rejection, MonotonicTime now)
    {
        _now = now;
        if (rejection is { } alert)
        {
            Fail(DtlsFailureReason.CertificateRejected, alert);
        }
        else
        {
            PeerCertificates = _certificateRequests!.Accept();
            Raise(DtlsEventKind.ClientAuthenticated);
            if (_certificateRequests.Pending is not null)
                Raise(DtlsEventKind.ClientCertificateReceived);
        }

        Touch();
    }
}
