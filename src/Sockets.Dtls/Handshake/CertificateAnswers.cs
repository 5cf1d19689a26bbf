using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// A client's answers to requests for a certificate after the handshake (RFC 8446 §4.6.2), one after the other: a credential is
/// chosen, the driver signs, and the answer is written when the way is free, since its Finished is made under the keys it goes out with.
/// </summary>
internal sealed class CertificateAnswers(PostHandshake basis) : IDisposable
{
    /// <summary>Requests that are not answered yet.</summary>
    public const int MaxOutstanding = 8;

    private readonly Queue<byte[]> _requests = new();
    private Transcript? _transcript;
    private byte[] _certificate = [];
    private byte[]? _certificateVerify;
    private bool _isReady;

    /// <summary>What the driver has to sign; null for nothing.</summary>
    public DtlsSignatureRequest? PendingSignature { get; private set; }

    /// <summary>Whether an answer waits to be sent.</summary>
    public bool IsReady => _isReady;

    /// <summary>Whether an answer was sent ever.</summary>
    public bool IsSent { get; private set; }

    /// <summary>Whether nothing is left to answer.</summary>
    public bool IsIdle => _transcript is null && _requests.Count == 0;

    /// <summary>Takes a request.</summary>
    /// <param name="body">The message.</param>
    /// <param name="needsSignature">Whether the driver has to sign now.</param>
    public ProtocolError Handle(ReadOnlySpan<byte> body, out bool needsSignature)
    {
        needsSignature = false;
        ProtocolError error = CertificateRequestMessage.TryParse(body, out _);
        if (error.IsError)
            return error;
        if (_requests.Count >= MaxOutstanding)
            return new ProtocolError(DtlsFailureReason.TooManyCertificateRequests, AlertDescription.UnexpectedMessage);
        _requests.Enqueue(body.ToArray());
        needsSignature = TryBegin();
        return ProtocolError.None;
    }

    /// <summary>The driver has signed. Without a signature there is no proof, and so no certificate in the answer.</summary>
    public void CompleteSignature(ReadOnlySpan<byte> signature)
    {
        DtlsSignatureRequest request = PendingSignature!;
        PendingSignature = null;
        _isReady = true;
        if (signature.IsEmpty || !HandshakeMachine.IsUsable(basis.Config, request, signature))
        {
            Decline(_requests.Peek());
            return;
        }

        var writer = new WireWriter();
        CertificateVerifyMessage.Write(writer, request.Scheme, signature);
        _certificateVerify = writer.Written.ToArray();
        _transcript!.Append(HandshakeType.CertificateVerify, _certificateVerify);
    }

    /// <summary>Gives out the answer that is ready, whose Finished is made with these keys.</summary>
    /// <param name="clientSecret">The traffic secret of the epoch it goes out in.</param>
    /// <param name="send">Takes its messages in order.</param>
    /// <returns>Whether the driver has to sign the next one now.</returns>
    public bool Send(ReadOnlySpan<byte> clientSecret, Action<HandshakeType, byte[]> send)
    {
        send(HandshakeType.Certificate, _certificate);
        if (_certificateVerify is { } verify)
            send(HandshakeType.CertificateVerify, verify);
        send(HandshakeType.Finished, basis.ComputeFinished(_transcript!, clientSecret));
        _transcript!.Dispose();
        _transcript = null;
        _certificateVerify = null;
        _isReady = false;
        IsSent = true;
        _requests.Dequeue();
        return TryBegin();
    }

    public void Dispose() => _transcript?.Dispose();

    private bool TryBegin()
    {
        if (_transcript is not null || !_requests.TryPeek(out byte[]? body))
            return false;
        CertificateRequestMessage.TryParse(body, out CertificateRequestMessage request); // it was parsed when it came
        if (HandshakeMachine.SelectCredential(basis.Config, request.Schemes, request.Authorities, [(byte)basis.Kind], out DtlsCredential? credential, out SignatureScheme scheme).IsError)
        {
            Decline(body);
            _isReady = true;
            return false;
        }

        Begin(body, request.Context, credential!.CertificateChain);
        PendingSignature = new DtlsSignatureRequest(credential, scheme, PostHandshake.GetSignedContent(_transcript!));
        return true;
    }

    /// <summary>RFC 8446 §4.6.2: a client that does not authenticate itself says so by an empty Certificate.</summary>
    private void Decline(byte[] body)
    {
        CertificateRequestMessage.TryParse(body, out CertificateRequestMessage request);
        Begin(body, request.Context, []);
    }

    private void Begin(byte[] body, ReadOnlySpan<byte> context, IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        _transcript?.Dispose();
        var writer = new WireWriter();
        CertificateMessage.Write(writer, context, chain);
        _certificate = writer.Written.ToArray();
        _transcript = basis.Begin(body);
        _transcript.Append(HandshakeType.Certificate, _certificate);
    }
}
