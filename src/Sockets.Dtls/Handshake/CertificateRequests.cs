using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// A server's requests for a certificate after the handshake (RFC 8446 §4.6.2), and what came of them: asked, answered message by
/// message, judged by the driver, told. So many at a time and no more.
/// </summary>
internal sealed class CertificateRequests(PostHandshake basis) : IDisposable
{
    /// <summary>Requests that are not done with.</summary>
    public const int MaxOutstanding = 4;

    // RFC 8446 §4.3.2: unpredictable, so that nobody can have a signature made in advance.
    private const int ContextLength = 16;

    private readonly List<Request> _open = [];
    private readonly Queue<Answer> _unjudged = new();
    private readonly Queue<DtlsClientAuthenticationResult> _results = new();
    private Answer? _current;
    private int _lastId;

    /// <summary>Whether messages of an answer may come.</summary>
    public bool ExpectsAnswer => _current is not null || _open.Exists(static request => request.IsSent);

    /// <summary>Whether an answer has begun: nothing but the rest of it may come (RFC 8446 §4.6.2).</summary>
    public bool IsAnswerBegun => _current is not null;

    /// <summary>Whether all requests are done with.</summary>
    public bool IsIdle => _open.Count == 0 && _current is null && _unjudged.Count == 0;

    /// <summary>What the driver has to judge next; null for nothing.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Pending => _unjudged.TryPeek(out Answer? answer) ? answer.Certificates : null;

    /// <summary>Makes a request; it is sent by <see cref="TryTakeUnsent"/>.</summary>
    /// <returns>False: there are too many.</returns>
    public bool TryCreate(out int id)
    {
        id = 0;
        if (_open.Count + _unjudged.Count + (_current is null ? 0 : 1) >= MaxOutstanding)
            return false;
        id = ++_lastId;
        byte[] context = new byte[ContextLength];
        basis.Config.Crypto.FillRandom(context);
        _open.Add(new Request(id, context));
        return true;
    }

    /// <summary>The body of the next request that has not been sent.</summary>
    /// <param name="sequence">The message_seq it gets.</param>
    /// <param name="body">The message.</param>
    public bool TryTakeUnsent(int sequence, [NotNullWhen(true)] out byte[]? body)
    {
        Request? request = _open.Find(static request => !request.IsSent);
        body = null;
        if (request is null)
            return false;
        var writer = new WireWriter();
        DtlsConfig config = basis.Config;
        CertificateRequestMessage.Write(writer, request.Context, config.EffectiveSignatureSchemes, config.CertificateSignatureSchemes, config.CertificateAuthorities, []);
        body = writer.Written.ToArray();
        request.Body = body;
        request.Sequence = sequence;
        return true;
    }

    /// <summary>Takes the client's Certificate.</summary>
    /// <param name="body">The message.</param>
    /// <param name="sequence">The message_seq of the request it answers: the client has that.</param>
    public ProtocolError HandleCertificate(ReadOnlySpan<byte> body, out int sequence)
    {
        sequence = -1;
        if (_current is not null)
            return ProtocolError.Unexpected;
        var certificates = new List<ReadOnlyMemory<byte>>();
        ProtocolError error = CertificateMessage.TryParse(body, out ReadOnlySpan<byte> context, certificates);
        if (error.IsError)
            return error;
        Request? request = null;
        foreach (Request candidate in _open)
        {
            if (candidate.IsSent && context.SequenceEqual(candidate.Context))
                request = candidate;
        }

        if (request is null)
            return ProtocolError.Illegal; // RFC 8446 §4.4.2: the context of a request
        ReadOnlySpan<byte> publicKey = default;
        if (certificates.Count > 0)
            error = HandshakeMachine.ReadKey(basis.Kind, certificates, out publicKey);
        if (error.IsError)
            return error;
        Transcript transcript = basis.Begin(request.Body);
        transcript.Append(HandshakeType.Certificate, body);
        _open.Remove(request);
        sequence = request.Sequence;
        _current = new Answer(request.Id, transcript, certificates, publicKey.ToArray());
        return ProtocolError.None;
    }

    /// <summary>Takes the client's CertificateVerify.</summary>
    public ProtocolError HandleCertificateVerify(ReadOnlySpan<byte> body)
    {
        if (_current is not { Certificates.Count: > 0, IsVerified: false } answer)
            return ProtocolError.Unexpected;
        ProtocolError error = CertificateVerifyMessage.TryParse(body, out SignatureScheme scheme, out ReadOnlySpan<byte> signature);
        if (error.IsError)
            return error;
        if (!HandshakeMachine.Accepts(basis.Config, scheme))
            return ProtocolError.Illegal;
        if (!basis.Config.Crypto.VerifySignature(scheme, answer.PublicKey, PostHandshake.GetSignedContent(answer.Transcript), signature))
            return new ProtocolError(DtlsFailureReason.InvalidSignature, AlertDescription.DecryptError);
        answer.Transcript.Append(HandshakeType.CertificateVerify, body);
        answer.IsVerified = true;
        return ProtocolError.None;
    }

    /// <summary>Takes the client's Finished, which ends the answer.</summary>
    /// <param name="body">The message.</param>
    /// <param name="clientSecret">The client's traffic secret of the epoch the message came in.</param>
    /// <param name="needsJudgement">Whether the driver has to be asked: the answer has a certificate, and no other is being judged.</param>
    /// <param name="isEmpty">Whether the client shows none.</param>
    public ProtocolError HandleFinished(ReadOnlySpan<byte> body, ReadOnlySpan<byte> clientSecret, out bool needsJudgement, out bool isEmpty)
    {
        needsJudgement = false;
        isEmpty = false;
        if (_current is not { } answer || answer.IsVerified != answer.Certificates.Count > 0)
            return ProtocolError.Unexpected;
        if (!CryptographicOperations.FixedTimeEquals(basis.ComputeFinished(answer.Transcript, clientSecret), body))
            return new ProtocolError(DtlsFailureReason.InvalidFinished, AlertDescription.DecryptError);
        _current = null;
        answer.Transcript.Dispose();
        isEmpty = answer.Certificates.Count == 0;
        if (isEmpty)
        {
            _results.Enqueue(new DtlsClientAuthenticationResult(answer.Id, []));
            return ProtocolError.None;
        }

        needsJudgement = _unjudged.Count == 0;
        _unjudged.Enqueue(answer);
        return ProtocolError.None;
    }

    /// <summary>The driver has accepted <see cref="Pending"/>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Accept()
    {
        Answer answer = _unjudged.Dequeue();
        _results.Enqueue(new DtlsClientAuthenticationResult(answer.Id, answer.Certificates));
        return answer.Certificates;
    }

    /// <summary>The next result that nobody has taken.</summary>
    public DtlsClientAuthenticationResult? TakeResult() => _results.TryDequeue(out DtlsClientAuthenticationResult? result) ? result : null;

    public void Dispose() => _current?.Transcript.Dispose();

    private sealed class Request(int id, byte[] context)
    {
        public int Id { get; } = id;

        public byte[] Context { get; } = context;

        /// <summary>The message, once it is sent.</summary>
        public byte[] Body { get; set; } = [];

        public int Sequence { get; set; }

        public bool IsSent => Body.Length > 0;
    }

    private sealed class Answer(int id, Transcript transcript, IReadOnlyList<ReadOnlyMemory<byte>> certificates, byte[] publicKey)
    {
        public int Id { get; } = id;

        public Transcript Transcript { get; } = transcript;

        public IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; } = certificates;

        public byte[] PublicKey { get; } = publicKey;

        public bool IsVerified { get; set; }
    }
}
