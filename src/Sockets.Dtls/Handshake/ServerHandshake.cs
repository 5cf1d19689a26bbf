using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The server's side of the handshake; <see cref="ClientHandshake"/> shows the whole exchange. The file follows its order.
/// </summary>
internal sealed partial class ServerHandshake : HandshakeMachine
{
    private CipherSuite _retrySuite;
    private NamedGroup _retryGroup;

    public ServerHandshake(DtlsConfig config, IHandshakeHost host)
        : base(config, host, DtlsRole.Server)
    {
    }

    /// <summary>A server whose HelloRetryRequest was sent statelessly, and whose cookie came back.</summary>
    public ServerHandshake(DtlsConfig config, IHandshakeHost host, RetryState retry)
        : base(config, host, DtlsRole.Server)
    {
        HashKind hash = CipherSuites.Hash(retry.CipherSuite);
        Transcript.RestartFromHash(hash, retry.ClientHelloHash);
        Writer.Clear();
        ServerHelloMessage.WriteRetry(Writer, retry.CipherSuite, retry.Group, retry.Cookie);
        Transcript.Append(HandshakeType.ServerHello, Writer.Written);
        EnterRetry(retry.CipherSuite, retry.Group);
    }

    /// <inheritdoc/>
    public override ulong ExpectedEpoch => State is DtlsState.Initial or DtlsState.WaitSecondClientHello ? 0UL : 2UL;

    /// <inheritdoc/>
    public override ProtocolError Handle(HandshakeType type, ReadOnlySpan<byte> body) => (State, type) switch
    {
        (DtlsState.Initial or DtlsState.WaitSecondClientHello, HandshakeType.ClientHello) => HandleClientHello(body),
        (DtlsState.WaitCertificate, _) when IsCertificate(type) => HandleClientCertificate(type, body),
        (DtlsState.WaitCertificateVerify, HandshakeType.CertificateVerify) => HandleCertificateVerify(body, DtlsState.WaitFinished),
        (DtlsState.WaitFinished, HandshakeType.Finished) => HandleClientFinished(body),
        _ => ProtocolError.Unexpected,
    };

    /// <inheritdoc/>
    protected override ProtocolError OnSigned()
    {
        SendFinished();
        Host.EndFlight();
        DeriveApplicationSecrets();
        InstallApplicationWrite();
        State = _asksForCertificate ? DtlsState.WaitCertificate : DtlsState.WaitFinished;
        return ProtocolError.None;
    }

    private ProtocolError HandleClientHello(ReadOnlySpan<byte> body)
    {
        ProtocolError error = ClientHelloMessage.TryParse(body, out ClientHelloMessage hello);
        if (error.IsError)
            return error;
        error = ServerNegotiation.TryNegotiate(Config, hello, out ServerNegotiation choice);
        if (error.IsError)
            return error;

        if (State == DtlsState.WaitSecondClientHello)
        {
            // RFC 8446 §4.1.2: the second ClientHello is the first but for what was asked; with a group asked for, it
            // brings exactly that share.
            if (choice.CipherSuite != _retrySuite || choice.NeedsShare)
                return ProtocolError.Illegal;
            if (_retryGroup != NamedGroup.None && (choice.Group != _retryGroup || choice.ShareCount != 1))
                return ProtocolError.Illegal;
        }
        else if (choice.NeedsShare)
        {
            hello.Random.CopyTo(ClientRandom);
            return Retry(choice, body);
        }

        hello.Random.CopyTo(ClientRandom);
        CipherSuite = choice.CipherSuite;
        Group = choice.Group;
        return Config.ChooseByClientHello ? AskForConfiguration(hello, body) : GoOn(hello, choice.Share, body);
    }

    /// <summary>Goes on when suite, group and configuration are known.</summary>
    private ProtocolError GoOn(in ClientHelloMessage hello, ReadOnlySpan<byte> clientShare, ReadOnlySpan<byte> body)
    {
        ProtocolError error = NegotiateNames(hello);
        return error.IsError ? error : Decide(hello, clientShare, body);
    }

    /// <summary>Decides how the client is authenticated and whether its early data is taken, as far as that is known without waiting.</summary>
    private ProtocolError Decide(in ClientHelloMessage hello, ReadOnlySpan<byte> clientShare, ReadOnlySpan<byte> body)
    {
        ProtocolError error = HasPsk ? ProtocolError.None : SelectPsk(hello, body);
        if (!error.IsError && PendingLookup is null)
            DecideEarlyData(hello);
        if (error.IsError)
            return error;
        if (PendingLookup is not null)
            return WaitForLookup(body);
        if (HasPsk && _resumed is { PeerCertificates: { Count: > 0 } certificates })
        {
            _heldHello = body.ToArray();
            VerifyAgain(certificates, DtlsState.WaitCertificateVerification);
            return ProtocolError.None;
        }

        return Answer(hello, clientShare, body);
    }

    private ProtocolError Retry(in ServerNegotiation choice, ReadOnlySpan<byte> body)
    {
        Transcript.Append(HandshakeType.ClientHello, body);
        Transcript.ReplaceByHash(CipherSuites.Hash(choice.CipherSuite));
        Host.BeginFlight();
        Writer.Clear();
        ServerHelloMessage.WriteRetry(Writer, choice.CipherSuite, choice.Group, default);
        SendWritten(HandshakeType.ServerHello);
        Host.EndFlight();
        EnterRetry(choice.CipherSuite, choice.Group);
        return ProtocolError.None;
    }

    private void EnterRetry(CipherSuite suite, NamedGroup group)
    {
        UsedHelloRetryRequest = true;
        _retrySuite = suite;
        _retryGroup = group;
        State = DtlsState.WaitSecondClientHello;
    }

    private ProtocolError NegotiateNames(in ClientHelloMessage hello)
    {
        ProtocolError error = ReadServerName(hello);
        if (error.IsError)
            return error;
        if (hello.Extensions.TryGet(ExtensionType.ApplicationLayerProtocolNegotiation, out ReadOnlySpan<byte> content))
        {
            error = NegotiateAlpn(content);
            if (error.IsError)
                return error;
        }

        if (Config.RecordSizeLimit is not null && hello.Extensions.TryGet(ExtensionType.RecordSizeLimit, out content))
        {
            error = RecordSizeLimitExtension.Parse(content, out int? limit);
            PeerRecordSizeLimit = limit;
            if (error.IsError)
                return error;
        }

        return NegotiateSrtp(hello);
    }

    private ProtocolError NegotiateCredential(in ClientHelloMessage hello, out DtlsCredential? credential, out SignatureScheme scheme)
    {
        credential = null;
        scheme = SignatureScheme.None;
        ProtocolError error;
        ReadOnlySpan<byte> authorities = default;
        if (hello.Extensions.TryGet(ExtensionType.CertificateAuthorities, out ReadOnlySpan<byte> content))
        {
            error = CertificateAuthoritiesExtension.Parse(content, out authorities);
            if (error.IsError)
                return error;
        }

        // RFC 8446 §9.2: a server that authenticates with a certificate needs signature_algorithms.
        if (!hello.Extensions.TryGet(ExtensionType.SignatureAlgorithms, out content))
            return ProtocolError.MissingExtension;
        error = CodePointListExtension.Parse(content, out ReadOnlySpan<byte> schemes);
        if (error.IsError)
            return error;
        error = ParseCertificateTypes(hello, ExtensionType.ServerCertificateType, out ReadOnlySpan<byte> kinds, out _sendsServerCertificateType);
        return error.IsError ? error : SelectCredential(Config, schemes, authorities, kinds, out credential, out scheme);
    }

    private ProtocolError NegotiateAlpn(ReadOnlySpan<byte> content)
    {
        ProtocolError error = AlpnExtension.Parse(content, out ReadOnlySpan<byte> list, out _);
        if (!error.IsError && Config.SelectApplicationProtocol is { } select)
            return ChooseProtocol(select, list);
        if (error.IsError || Config.ApplicationProtocols.Count == 0)
            return error;
        foreach (DtlsApplicationProtocol protocol in Config.ApplicationProtocols)
        {
            if (AlpnExtension.Contains(list, protocol.Name))
            {
                ApplicationProtocol = protocol;
                return ProtocolError.None;
            }
        }

        return new ProtocolError(DtlsFailureReason.NoCommonApplicationProtocol, AlertDescription.NoApplicationProtocol);
    }

    private ProtocolError Answer(in ClientHelloMessage hello, ReadOnlySpan<byte> clientShare, ReadOnlySpan<byte> body)
    {
        DtlsCredential? credential = null;
        SignatureScheme scheme = SignatureScheme.None;
        if (!HasPsk)
        {
            if (Group == NamedGroup.None)
                return ProtocolError.MissingExtension;
            ProtocolError error = NegotiateCredential(hello, out credential, out scheme);
            if (!error.IsError)
                error = NegotiateCompression(hello.Extensions);
            if (!error.IsError)
                error = NegotiateStapling(hello.Extensions);
            if (error.IsError)
                return error;
        }

        ProtocolError refusal = NegotiateClientCertificate(hello);
        if (refusal.IsError)
            return refusal;
        refusal = NegotiateConnectionIds(hello, out byte[]? connectionId);
        if (refusal.IsError)
            return refusal;

        Transcript.SelectHash(CipherSuites.Hash(CipherSuite));
        Transcript.Append(HandshakeType.ClientHello, body);
        if (_takesEarlyData)
            InstallEarlyRead();
        Span<byte> random = stackalloc byte[32];
        Config.Crypto.FillRandom(random);
        using KeyExchange? share = Group == NamedGroup.None ? null : Config.Crypto.CreateKeyExchangeResponse(Group);
        if (!TryEnterHandshakeKeys(share, clientShare))
            return new ProtocolError(DtlsFailureReason.InvalidKeyShare, AlertDescription.IllegalParameter);

        Host.BeginFlight();
        Writer.Clear();
        ServerHelloMessage.Write(Writer, random, CipherSuite, share, HasPsk ? _selectedIdentity : null, connectionId, ChecksPaths);
        SendWritten(HandshakeType.ServerHello);
        InstallHandshakeKeys();

        // RFC 6066 §3: the name of a resumed session is not acknowledged again.
        Writer.Clear();
        int extensions = EncryptedExtensionsMessage.Begin(Writer, ServerName is not null && Config.AcknowledgeServerName && !IsResumed, ApplicationProtocol, _takesEarlyData);
        WriteCertificateTypes(Writer, credential);
        if (PeerRecordSizeLimit is not null)
            RecordSizeLimitExtension.Write(Writer, Config.RecordSizeLimit!.Value);
        if (SrtpProfile != SrtpProtectionProfile.None)
            UseSrtpExtension.Write(Writer, [SrtpProfile]);
        EncryptedExtensionsMessage.End(Writer, extensions);
        SendWritten(HandshakeType.EncryptedExtensions);

        if (HasPsk)
            return OnSigned();
        if (_asksForCertificate)
        {
            Writer.Clear();
            CertificateRequestMessage.Write(Writer, default, Config.EffectiveSignatureSchemes, Config.CertificateSignatureSchemes, Config.CertificateAuthorities, Config.CertificateCompressors);
            SendWritten(HandshakeType.CertificateRequest);
        }

        SendCertificate(credential!, scheme);
        return ProtocolError.None;
    }

    private ProtocolError HandleClientCertificate(HandshakeType type, ReadOnlySpan<byte> body)
    {
        ProtocolError error = HandleCertificate(type, body);
        if (error.IsError)
            return error;
        if (PeerCertificates.Count > 0)
        {
            State = DtlsState.WaitCertificateVerify;
            return ProtocolError.None;
        }

        if (Config.ClientAuthentication == DtlsClientAuthentication.Required)
            return new ProtocolError(DtlsFailureReason.CertificateRequired, AlertDescription.CertificateRequired);
        State = DtlsState.WaitFinished;
        return ProtocolError.None;
    }

    private ProtocolError HandleClientFinished(ReadOnlySpan<byte> body)
    {
        ProtocolError error = HandleFinished(body);
        if (error.IsError)
            return error;
        if (Config is { TicketProtector: not null, TicketCount: > 0 } && ClientTakesTickets)
            DeriveResumptionSecret();
        InstallApplicationRead();
        return ProtocolError.None;
    }
}
