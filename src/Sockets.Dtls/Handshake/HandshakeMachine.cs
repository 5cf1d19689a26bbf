using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// What client and server share: the state, the transcript, the keys, certificates and Finished in both directions.
/// Takes whole messages in order; each wrong one gives one error. Lives as long as the handshake.
/// </summary>
internal abstract partial class HandshakeMachine : IDisposable
{
    [ThreadStatic]
    private static WireWriter? t_writer;

    private readonly DtlsRole _role;
    private DtlsState _stateAfterVerification;
    private byte[]? _peerPublicKey;

    // Of the PSK that was agreed on; null without one. Pinned, so that the collector leaves no copies behind.
    private byte[]? _earlySecret;

    protected HandshakeMachine(DtlsConfig config, IHandshakeHost host, DtlsRole role)
    {
        Config = config;
        Host = host;
        _role = role;
        Transcript = new Transcript(config.Crypto);
        if (config.PostHandshakeAuthentication || config.ChooseByClientHello)
            Transcript.KeepMessages();
    }

    /// <summary>Which message comes next, or what the driver has to answer.</summary>
    public DtlsState State { get; protected set; } = DtlsState.Initial;

    /// <summary>Whether the driver has to answer before another message is taken.</summary>
    public bool IsSuspended => State is DtlsState.WaitCertificateVerification or DtlsState.WaitSignature or DtlsState.WaitConfiguration or DtlsState.WaitLookup;

    /// <summary>Whether the handshake is done.</summary>
    public bool IsComplete => State == DtlsState.Connected;

    /// <summary>The epoch in which the next message has to come.</summary>
    public abstract ulong ExpectedEpoch { get; }

    /// <summary>Both sides' random, the client's first: what a key log and a restarted client are told by.</summary>
    public byte[] ClientRandom { get; } = new byte[32];

    public CipherSuite CipherSuite { get; protected set; }

    public NamedGroup Group { get; protected set; }

    public SignatureScheme PeerSignatureScheme { get; private set; }

    public DtlsApplicationProtocol ApplicationProtocol { get; protected set; }

    public string? ServerName { get; protected set; }

    public bool UsedHelloRetryRequest { get; protected set; }

    public List<ReadOnlyMemory<byte>> PeerCertificates { get; } = [];

    /// <summary>Whether a ticket's session is resumed.</summary>
    public bool IsResumed { get; protected set; }

    /// <summary>The external PSK in use, or that the resumed session goes back to.</summary>
    public ReadOnlyMemory<byte> PskIdentity { get; protected set; }

    /// <summary>When the peers proved who they are; the time of this handshake unless it resumes another.</summary>
    public DateTimeOffset? Authenticated { get; protected set; }

    /// <summary>The largest record the peer takes (RFC 8449), where both sides have told theirs.</summary>
    public int? PeerRecordSizeLimit { get; protected set; }

    public SrtpProtectionProfile SrtpProfile { get; protected set; }

    /// <summary>Whether both sides check the return path (RFC 9853 §3).</summary>
    public bool ChecksPaths { get; protected set; }

    /// <summary>Whether the client takes part in resumption, as far as we do.</summary>
    public bool ClientTakesTickets { get; protected set; }

    /// <summary>Server: what the session's tickets are bound to.</summary>
    public byte[] TicketBinding { get; protected set; } = [];

    public DtlsSignatureRequest? PendingSignature { get; private set; }

    /// <summary>Every secret of the handshake, once ServerHello has told the suite.</summary>
    public KeySchedule? Keys { get; private set; }

    protected DtlsConfig Config { get; set; }

    protected IHandshakeHost Host { get; }

    /// <summary>Whether the handshake goes by a PSK, so that nobody shows a certificate.</summary>
    protected bool HasPsk => _earlySecret is not null;

    protected Transcript Transcript { get; }

    /// <summary>For one message at a time, which is sent or copied before another is begun; all machines of a thread share it.</summary>
    protected static WireWriter Writer => t_writer ??= new WireWriter();

    /// <summary>Takes the next message, whole and in order. Not while <see cref="IsSuspended"/>.</summary>
    public abstract ProtocolError Handle(HandshakeType type, ReadOnlySpan<byte> body);

    /// <summary>The driver has judged the peer's certificate.</summary>
    /// <param name="rejection">Null: accepted. Else the alert to refuse it with.</param>
    public virtual ProtocolError CompleteVerification(AlertDescription? rejection)
    {
        State = _stateAfterVerification;
        return rejection is { } alert ? new ProtocolError(DtlsFailureReason.CertificateRejected, alert) : ProtocolError.None;
    }

    /// <summary>The driver has signed; an empty signature means that it could not.</summary>
    public ProtocolError CompleteSignature(ReadOnlySpan<byte> signature)
    {
        DtlsSignatureRequest request = PendingSignature!;
        PendingSignature = null;
        if (signature.IsEmpty || !IsUsable(Config, request, signature))
            return new ProtocolError(DtlsFailureReason.SigningFailed, AlertDescription.InternalError);
        Writer.Clear();
        CertificateVerifyMessage.Write(Writer, request.Scheme, signature);
        SendWritten(HandshakeType.CertificateVerify);
        return OnSigned();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeroes what the handshake knew.</summary>
    protected virtual void Dispose(bool disposing)
    {
        Keys?.Dispose();
        DropPsk();
        Transcript.Dispose();
    }

    /// <summary>Goes on after CertificateVerify was sent.</summary>
    protected abstract ProtocolError OnSigned();

    /// <summary>Sends what <see cref="Writer"/> holds and adds it to the transcript.</summary>
    protected void SendWritten(HandshakeType type)
    {
        Transcript.Append(type, Writer.Written);
        Host.Send(type, Writer.Written);
    }

    /// <summary>After ServerHello: the handshake secrets, and epoch 2 in both directions (RFC 9147 §6.1).</summary>
    /// <param name="share">Our key pair; null for psk_ke.</param>
    /// <param name="peerShare">The peer's share.</param>
    /// <returns>False when the peer's key share is invalid.</returns>
    protected bool TryEnterHandshakeKeys(KeyExchange? share, ReadOnlySpan<byte> peerShare)
    {
        Span<byte> secret = stackalloc byte[128];
        secret = secret[..(share?.SecretLength ?? 0)];
        if (share is not null && !share.TryDeriveSecret(peerShare, secret))
            return false;
        Keys = new KeySchedule(Config.Crypto, CipherSuite);
        if (_earlySecret is { } early)
            Keys.EnterHandshake(early, secret);
        else
            Keys.EnterHandshake(secret);
        CryptographicOperations.ZeroMemory(secret);
        DropPsk(keepsMark: true);
        return true;
    }

    /// <summary>The early secret of the PSK that is used, until the handshake keys are made of it.</summary>
    protected ReadOnlySpan<byte> EarlySecret => _earlySecret;

    /// <summary>The handshake goes by this PSK.</summary>
    protected void UsePsk(ReadOnlySpan<byte> earlySecret)
    {
        _earlySecret = GC.AllocateUninitializedArray<byte>(earlySecret.Length, pinned: true);
        earlySecret.CopyTo(_earlySecret);
    }

    /// <summary>Zeroes the PSK.</summary>
    /// <param name="keepsMark">Whether <see cref="HasPsk"/> stays true: the keys are made of it by now.</param>
    protected void DropPsk(bool keepsMark = false)
    {
        CryptographicOperations.ZeroMemory(_earlySecret);
        if (!keepsMark)
            _earlySecret = null;
    }

    /// <summary>What client authentication after the handshake starts from; null unless both sides want it.</summary>
    public PostHandshake? TakePostHandshake() => LaterCertificateType is { } kind && Transcript.TakeMessages() is { } messages
        ? new PostHandshake(Config, CipherSuite, messages, kind)
        : null;

    /// <summary>The kind of certificate a client may be asked for after the handshake; null: it may not be asked.</summary>
    protected abstract DtlsCertificateType? LaterCertificateType { get; }

    /// <summary>Asks the driver to judge certificates of an earlier handshake again, and suspends.</summary>
    protected void VerifyAgain(IReadOnlyList<ReadOnlyMemory<byte>> certificates, DtlsState next)
    {
        PeerCertificates.AddRange(certificates);
        _stateAfterVerification = next;
        State = DtlsState.WaitCertificateVerification;
        Host.Raise(DtlsEventKind.CertificateVerificationRequired);
    }

    /// <summary>Derives what tickets are made of, over the transcript through the client's Finished (RFC 8446 §4.6.1).</summary>
    protected void DeriveResumptionSecret()
    {
        Span<byte> hash = stackalloc byte[CipherSuites.MaxHashLength];
        hash = hash[..Transcript.Length];
        Transcript.GetCurrent(hash);
        Keys!.Derive(ScheduledSecret.Resumption, "res master"u8, hash);
    }

    /// <summary>Derives and installs epoch 2 over the transcript through ServerHello.</summary>
    protected void InstallHandshakeKeys()
    {
        Span<byte> hash = stackalloc byte[CipherSuites.MaxHashLength];
        hash = hash[..Transcript.Length];
        Transcript.GetCurrent(hash);
        ReadOnlySpan<byte> client = Keys!.Derive(ScheduledSecret.ClientHandshake, "c hs traffic"u8, hash);
        ReadOnlySpan<byte> server = Keys.Derive(ScheduledSecret.ServerHandshake, "s hs traffic"u8, hash);
        LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", client);
        LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", server);
        bool isClient = _role == DtlsRole.Client;
        Host.InstallRead(2, isClient ? server : client);
        Host.InstallWrite(2, isClient ? client : server);
    }

    /// <summary>Derives the application secrets over the transcript through the server's Finished.</summary>
    protected void DeriveApplicationSecrets()
    {
        Span<byte> hash = stackalloc byte[CipherSuites.MaxHashLength];
        hash = hash[..Transcript.Length];
        Transcript.GetCurrent(hash);
        Keys!.EnterMaster();
        LogSecret("CLIENT_TRAFFIC_SECRET_0", Keys.Derive(ScheduledSecret.ClientApplication, "c ap traffic"u8, hash));
        LogSecret("SERVER_TRAFFIC_SECRET_0", Keys.Derive(ScheduledSecret.ServerApplication, "s ap traffic"u8, hash));
        LogSecret("EXPORTER_SECRET", Keys.Derive(ScheduledSecret.Exporter, "exp master"u8, hash));
    }

    /// <summary>Opens epoch 3 for writing, right after our Finished: alerts and ACKs go there from now on.</summary>
    protected void InstallApplicationWrite() =>
        Host.InstallWrite(3, Keys![_role == DtlsRole.Client ? ScheduledSecret.ClientApplication : ScheduledSecret.ServerApplication]);

    /// <summary>Opens epoch 3 for reading, after the peer's Finished: the handshake is done.</summary>
    protected void InstallApplicationRead()
    {
        Host.InstallRead(3, Keys![_role == DtlsRole.Client ? ScheduledSecret.ServerApplication : ScheduledSecret.ClientApplication]);
        State = DtlsState.Connected;
    }

    /// <summary>Sends our Finished.</summary>
    protected void SendFinished()
    {
        Span<byte> buffer = stackalloc byte[2 * CipherSuites.MaxHashLength];
        Span<byte> hash = buffer[..Transcript.Length];
        Span<byte> verifyData = buffer.Slice(CipherSuites.MaxHashLength, Transcript.Length);
        Transcript.GetCurrent(hash);
        Keys!.ComputeFinished(Keys[_role == DtlsRole.Client ? ScheduledSecret.ClientHandshake : ScheduledSecret.ServerHandshake], hash, verifyData);
        Transcript.Append(HandshakeType.Finished, verifyData);
        Host.Send(HandshakeType.Finished, verifyData);
    }

    /// <summary>Checks the peer's Finished (RFC 8446 §4.4.4) and adds it to the transcript.</summary>
    protected ProtocolError HandleFinished(ReadOnlySpan<byte> body)
    {
        Span<byte> buffer = stackalloc byte[2 * CipherSuites.MaxHashLength];
        Span<byte> hash = buffer[..Transcript.Length];
        Span<byte> expected = buffer.Slice(CipherSuites.MaxHashLength, Transcript.Length);
        Transcript.GetCurrent(hash);
        Keys!.ComputeFinished(Keys[_role == DtlsRole.Client ? ScheduledSecret.ServerHandshake : ScheduledSecret.ClientHandshake], hash, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, body)) // false too when the lengths differ
            return new ProtocolError(DtlsFailureReason.InvalidFinished, AlertDescription.DecryptError);
        Transcript.Append(HandshakeType.Finished, body);
        return ProtocolError.None;
    }

    /// <summary>Takes the peer's Certificate; an empty chain leaves <see cref="PeerCertificates"/> empty.</summary>
    protected ProtocolError HandleCertificate(HandshakeType type, ReadOnlySpan<byte> body)
    {
        ProtocolError error = ProtocolError.None;
        ReadOnlySpan<byte> message = body;
        if (type == HandshakeType.CompressedCertificate)
        {
            error = Decompress(body, out byte[] decompressed);
            message = decompressed;
        }

        if (error.IsError)
            return error;
        error = CertificateMessage.TryParse(
            message, Config.RequestOcspResponse && _role == DtlsRole.Client, out ReadOnlySpan<byte> context, PeerCertificates, out ReadOnlySpan<byte> ocspResponse);
        if (error.IsError)
            return error;
        PeerOcspResponse = ocspResponse.ToArray();
        if (!context.IsEmpty)
            return ProtocolError.Illegal; // RFC 8446 §4.4.2: empty during the handshake
        if (PeerCertificates.Count > 0)
        {
            error = ReadKey(PeerCertificateType, PeerCertificates, out ReadOnlySpan<byte> publicKey);
            if (error.IsError)
                return error;
            _peerPublicKey = publicKey.ToArray();
        }

        Transcript.Append(type, body); // RFC 8879 §4: as it was sent
        return ProtocolError.None;
    }

    /// <summary>Checks the peer's signature, then asks the driver to judge the certificate and suspends.</summary>
    protected ProtocolError HandleCertificateVerify(ReadOnlySpan<byte> body, DtlsState next)
    {
        ProtocolError error = CertificateVerifyMessage.TryParse(body, out SignatureScheme scheme, out ReadOnlySpan<byte> signature);
        if (error.IsError)
            return error;
        if (!Accepts(Config, scheme))
            return ProtocolError.Illegal;

        Span<byte> hash = stackalloc byte[CipherSuites.MaxHashLength];
        hash = hash[..Transcript.Length];
        Transcript.GetCurrent(hash);
        DtlsRole signer = _role == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;
        byte[] content = CertificateVerifyMessage.GetSignedContent(signer, hash);
        if (!Config.Crypto.VerifySignature(scheme, _peerPublicKey, content, signature))
            return new ProtocolError(DtlsFailureReason.InvalidSignature, AlertDescription.DecryptError);

        PeerSignatureScheme = scheme;
        Transcript.Append(HandshakeType.CertificateVerify, body);
        _stateAfterVerification = next;
        State = DtlsState.WaitCertificateVerification;
        Host.Raise(DtlsEventKind.CertificateVerificationRequired);
        return ProtocolError.None;
    }

    /// <summary>Sends a credential's Certificate, asks the driver for the signature and suspends.</summary>
    protected void SendCertificate(DtlsCredential credential, SignatureScheme scheme)
    {
        Writer.Clear();
        CertificateMessage.Write(Writer, default, credential.CertificateChain, StapleOf(credential).Span);
        SendWrittenCertificate(credential);
        Span<byte> hash = stackalloc byte[CipherSuites.MaxHashLength];
        hash = hash[..Transcript.Length];
        Transcript.GetCurrent(hash);
        PendingSignature = new DtlsSignatureRequest(credential, scheme, CertificateVerifyMessage.GetSignedContent(_role, hash));
        State = DtlsState.WaitSignature;
        Host.Raise(DtlsEventKind.SignatureRequired);
    }

    /// <summary>
    /// Whether what somebody else has signed fits the credential. A signer of ours is not asked twice; one elsewhere may be broken, or
    /// may have another key, and a wrong signature can give a key away.
    /// </summary>
    public static bool IsUsable(DtlsConfig config, DtlsSignatureRequest request, ReadOnlySpan<byte> signature)
    {
        if (request.Credential.Signer is not null || !config.Crypto.SignatureSchemes.Contains(request.Scheme))
            return true;
        return !ReadKey(request.Credential.CertificateType, request.Credential.CertificateChain, out ReadOnlySpan<byte> publicKey).IsError
            && config.Crypto.VerifySignature(request.Scheme, publicKey, request.Content.Span, signature);
    }

    /// <summary>Whether a CertificateVerify may be made under this scheme: one that we offer (RFC 8446 §4.4.3).</summary>
    public static bool Accepts(DtlsConfig config, SignatureScheme scheme)
    {
        bool offered = false;
        foreach (SignatureScheme candidate in config.EffectiveSignatureSchemes)
            offered |= candidate == scheme;
        return offered && IsHandshakeScheme(scheme);
    }

    /// <summary>The first credential that fits what the peer accepts.</summary>
    /// <param name="config">Has the credentials.</param>
    /// <param name="peerSchemes">Code points of the schemes the peer accepts.</param>
    /// <param name="authorities">Names of the authorities the peer trusts; empty when it names none.</param>
    /// <param name="kinds">The kinds of certificates the peer takes, as bytes.</param>
    /// <param name="credential">The credential.</param>
    /// <param name="scheme">The scheme to sign with.</param>
    public static ProtocolError SelectCredential(
        DtlsConfig config, ReadOnlySpan<byte> peerSchemes, ReadOnlySpan<byte> authorities, ReadOnlySpan<byte> kinds, out DtlsCredential? credential, out SignatureScheme scheme)
    {
        // What the last credential that was tried lacked is what the peer is told.
        ProtocolError error = NoCommonCertificateType;
        foreach (DtlsCredential candidate in config.Credentials)
        {
            if (!kinds.Contains((byte)candidate.CertificateType))
                continue;
            error = new ProtocolError(DtlsFailureReason.NoCommonSignatureScheme, AlertDescription.HandshakeFailure);
            foreach (SignatureScheme offered in candidate.SignatureSchemes)
            {
                if (!IsHandshakeScheme(offered) || !CodePointListExtension.Contains(peerSchemes, (ushort)offered))
                    continue;
                if (candidate.MustMatchIssuer && !MatchesIssuer(candidate, authorities))
                {
                    error = new ProtocolError(DtlsFailureReason.NoMatchingIssuer, AlertDescription.HandshakeFailure);
                    break;
                }

                credential = candidate;
                scheme = offered;
                return ProtocolError.None;
            }
        }

        credential = null;
        scheme = SignatureScheme.None;
        return error;
    }

    private static bool MatchesIssuer(DtlsCredential credential, ReadOnlySpan<byte> authorities)
    {
        foreach (ReadOnlyMemory<byte> certificate in credential.CertificateChain)
        {
            if (CertificateFields.TryRead(certificate.Span, out CertificateFields fields)
                && CertificateAuthoritiesExtension.Contains(authorities, fields.Issuer))
            {
                return true;
            }
        }

        return false;
    }

    // RFC 8446 §4.2.3: PKCS#1 v1.5 signs certificates, never handshakes.
    private static bool IsHandshakeScheme(SignatureScheme scheme) =>
        scheme is not (SignatureScheme.RsaPkcs1Sha256 or SignatureScheme.RsaPkcs1Sha384 or SignatureScheme.RsaPkcs1Sha512);

    /// <summary>Whether a message carries a certificate in a form that we said we take.</summary>
    protected bool IsCertificate(HandshakeType type) =>
        type == HandshakeType.Certificate || (type == HandshakeType.CompressedCertificate && Config.CertificateCompressors.Count > 0);

    protected void LogSecret(string label, ReadOnlySpan<byte> secret) =>
        Config.DangerousKeyLog?.Invoke($"{label} {Convert.ToHexStringLower(ClientRandom)} {Convert.ToHexStringLower(secret)}");
}
