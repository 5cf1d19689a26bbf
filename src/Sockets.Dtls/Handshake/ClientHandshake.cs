using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The client's side of the handshake (RFC 8446 §2, RFC 9147 §5):
/// <code><![CDATA[
///   ClientHello                    -->
///                                  <--                  HelloRetryRequest
///   ClientHello                    -->
///                                  <--                        ServerHello
///                                               {EncryptedExtensions}
///                                               {CertificateRequest*}
///                                               {Certificate}
///                                               {CertificateVerify}
///                                               {Finished}
///   {Certificate*}
///   {CertificateVerify*}
///   {Finished}                     -->
///                                  <--                              [ACK]
/// ]]></code>
/// The file follows that order.
/// </summary>
internal sealed partial class ClientHandshake : HandshakeMachine
{
    // What a second ClientHello may gain besides the cookie itself: the extension's framing and a larger share, up to a hybrid one.
    private const int RetryGrowth = 1536;

    private readonly List<KeyExchange> _shares = [];
    private bool _isGroupRequested;
    private bool _certificateRequested;
    private DtlsCredential? _credential;
    private SignatureScheme _credentialScheme;
    private CipherSuite _retrySuite;
    private int _helloLength;

    public ClientHandshake(DtlsConfig config, IHandshakeHost host)
        : base(config, host, DtlsRole.Client)
    {
    }

    /// <inheritdoc/>
    public override ulong ExpectedEpoch => State == DtlsState.WaitServerHello || _isBeforeHello ? 0UL : 2UL;

    /// <summary>Sends the first ClientHello.</summary>
    public void Start()
    {
        Config.Crypto.FillRandom(ClientRandom);
        ServerName = Config.ServerName;
        int shares = Config.OfferKeyExchange ? Config.KeyShareCount : 0;
        foreach (NamedGroup group in Config.EffectiveGroups)
        {
            if (shares == 0)
                break;
            _shares.Add(Config.Crypto.CreateKeyExchange(group));
            if (group != NamedGroup.X25519MLKEM768)
                shares--;
        }

        PrepareGrease();
        PrepareOffers();
        if (_offersEarlyData && _offers[0].Ticket is { PeerCertificates: { Count: > 0 } certificates })
            VerifyBeforeHello(certificates);
        else
            SendClientHello(default);
    }

    /// <inheritdoc/>
    public override ProtocolError Handle(HandshakeType type, ReadOnlySpan<byte> body) => (State, type) switch
    {
        (DtlsState.WaitServerHello, HandshakeType.ServerHello) => HandleServerHello(body),
        (DtlsState.WaitServerHello, HandshakeType.HelloVerifyRequest) when !UsedHelloRetryRequest => ProtocolError.Version,
        (DtlsState.WaitEncryptedExtensions, HandshakeType.EncryptedExtensions) => HandleEncryptedExtensions(body),
        (DtlsState.WaitCertificateOrRequest, HandshakeType.CertificateRequest) => HandleCertificateRequest(body),
        (DtlsState.WaitCertificateOrRequest or DtlsState.WaitCertificate, _) when IsCertificate(type) => HandleServerCertificate(type, body),
        (DtlsState.WaitCertificateVerify, HandshakeType.CertificateVerify) => HandleCertificateVerify(body, DtlsState.WaitFinished),
        (DtlsState.WaitFinished, HandshakeType.Finished) => HandleServerFinished(body),
        _ => ProtocolError.Unexpected,
    };

    /// <inheritdoc/>
    protected override ProtocolError OnSigned()
    {
        Finish();
        return ProtocolError.None;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        DisposeShares();
        DropOffers();
        base.Dispose(disposing);
    }

    private void SendClientHello(ReadOnlySpan<byte> cookie)
    {
        WireWriter writer = Writer;
        writer.Clear();
        writer.UInt16(ClientHelloMessage.LegacyVersion);
        writer.Bytes(ClientRandom);
        writer.UInt8(0); // legacy_session_id
        writer.UInt8(0); // legacy_cookie
        int mark = writer.Begin(2);
        if (_grease is not null)
            writer.UInt16(_grease.CipherSuite);
        foreach (CipherSuite suite in Config.EffectiveCipherSuites)
            writer.UInt16((ushort)suite);
        writer.End(mark, 2);
        writer.UInt8(1); // legacy_compression_methods: null
        writer.UInt8(0);

        int extensions = writer.Begin(2);
        WriteFirstGrease(writer);
        SupportedVersionsExtension.WriteClient(writer, _grease?.Version);
        if (Config.ServerName is { } name)
            ServerNameExtension.WriteClient(writer, name);
        if (Config.OfferKeyExchange)
            CodePointListExtension.Write(writer, Config.EffectiveGroups, _grease?.Group);
        CodePointListExtension.Write(writer, ExtensionType.SignatureAlgorithms, Config.EffectiveSignatureSchemes, _grease?.SignatureScheme);
        if (Config.CertificateSignatureSchemes is { } certificateSchemes)
            CodePointListExtension.Write(writer, ExtensionType.SignatureAlgorithmsCert, certificateSchemes);
        if (Config.ApplicationProtocols.Count > 0)
            AlpnExtension.Write(writer, Config.ApplicationProtocols);
        if (Config.SrtpProfiles.Count > 0)
            UseSrtpExtension.Write(writer, [.. Config.SrtpProfiles]);
        if (Config.RecordSizeLimit is { } limit)
            RecordSizeLimitExtension.Write(writer, limit);
        if (Config.CertificateAuthorities.Count > 0)
            CertificateAuthoritiesExtension.Write(writer, Config.CertificateAuthorities);
        WriteCertificateTypes(writer);
        if (Config.RequestOcspResponse)
            StatusRequestExtension.WriteClient(writer);
        if (Config.PostHandshakeAuthentication)
            PostHandshakeAuthExtension.Write(writer);
        if (Config.CertificateCompressors.Count > 0)
            CompressCertificateExtension.Write(writer, Config.CertificateCompressors);
        if (Config.RequestTickets || _offers.Count > 0)
            PskKeyExchangeModesExtension.Write(writer, Config.AllowPskWithoutExchange);
        WriteConnectionId(writer);
        if (!cookie.IsEmpty)
            CookieExtension.Write(writer, cookie);
        if (_offersEarlyData)
            EarlyDataExtension.Write(writer);
        if (Config.OfferKeyExchange)
        {
            (int Outer, int Inner) marks = KeyShareExtension.BeginClient(writer);
            WriteGreaseShare(writer);
            foreach (KeyExchange share in _shares)
                KeyShareExtension.WriteEntry(writer, share);
            KeyShareExtension.EndClient(writer, marks);
        }

        WriteLastGrease(writer);
        WriteOffers(writer, extensions);
        _helloLength = writer.Written.Length;

        Host.BeginFlight();
        SendWritten(HandshakeType.ClientHello);
        Host.EndFlight();
        State = DtlsState.WaitServerHello;
        if (_offersEarlyData)
            OfferEarlyData(writer.Written);
    }

    private ProtocolError HandleServerHello(ReadOnlySpan<byte> body)
    {
        ProtocolError error = ServerHelloMessage.TryParse(body, out ServerHelloMessage message);
        if (error.IsError)
            return error;
        bool offered = false;
        foreach (CipherSuite suite in Config.EffectiveCipherSuites)
            offered |= suite == message.CipherSuite;
        if (!offered)
            return ProtocolError.Illegal;
        return message.IsRetry ? HandleRetry(message, body) : HandleAnswer(message, body);
    }

    private ProtocolError HandleRetry(in ServerHelloMessage message, ReadOnlySpan<byte> body)
    {
        if (UsedHelloRetryRequest)
            return ProtocolError.Unexpected; // RFC 8446 §4.1.4: only one
        NamedGroup group = NamedGroup.None;
        ReadOnlySpan<byte> cookie = default;
        ProtocolError error;
        foreach (ExtensionBlock.Entry entry in message.Extensions)
        {
            error = entry.Type switch
            {
                ExtensionType.SupportedVersions => ProtocolError.None,
                ExtensionType.KeyShare => KeyShareExtension.ParseRetry(entry.Content, out group),
                ExtensionType.Cookie => CookieExtension.Parse(entry.Content, out cookie),
                _ => ProtocolError.MisplacedExtension(entry.Type, belongs: false),
            };
            if (error.IsError)
                return error;
        }

        // The cookie goes back in a list of extensions of 2^16 - 1 bytes (RFC 8446 §4.1.2): one that cannot is refused here,
        // since anybody can forge a HelloRetryRequest.
        if (_helloLength + RetryGrowth + cookie.Length > ushort.MaxValue)
            return ProtocolError.Illegal;

        // RFC 8446 §4.2.8: the group must be one we support and have sent no share for; and something must change.
        if (group != NamedGroup.None)
        {
            bool supported = false;
            foreach (NamedGroup candidate in Config.EffectiveGroups)
                supported |= candidate == group;
            if (!supported || !Config.OfferKeyExchange || _shares.Exists(share => share.Group == group))
                return ProtocolError.Illegal;
            DisposeShares();
            _isGroupRequested = true;
            _shares.Add(Config.Crypto.CreateKeyExchange(group));
        }
        else if (cookie.IsEmpty)
        {
            return ProtocolError.Illegal;
        }

        UsedHelloRetryRequest = true;
        EndEarlyData(isAccepted: false); // RFC 8446 §4.2.10
        DropOffersWithout(CipherSuites.Hash(message.CipherSuite));
        _retrySuite = message.CipherSuite;
        Transcript.ReplaceByHash(CipherSuites.Hash(message.CipherSuite));
        Transcript.Append(HandshakeType.ServerHello, body);
        SendClientHello(cookie);
        return ProtocolError.None;
    }

    private ProtocolError HandleAnswer(in ServerHelloMessage message, ReadOnlySpan<byte> body)
    {
        if (UsedHelloRetryRequest && message.CipherSuite != _retrySuite)
            return ProtocolError.Illegal;
        foreach (ExtensionBlock.Entry entry in message.Extensions)
        {
            if (entry.Type is ExtensionType.PreSharedKey && _offers.Count > 0)
                continue;
            if (entry.Type is ExtensionType.ConnectionId && _connectionId is not null)
                continue;
            if (entry.Type is ExtensionType.ReturnRoutabilityCheck && OffersPathChecks)
                continue;
            if (entry.Type is not (ExtensionType.SupportedVersions or ExtensionType.KeyShare))
                return ProtocolError.MisplacedExtension(entry.Type, entry.Type is ExtensionType.PreSharedKey or ExtensionType.ConnectionId or ExtensionType.ReturnRoutabilityCheck);
        }

        ProtocolError error = HandleSelectedPsk(message);
        if (error.IsError)
            return error;
        KeyExchange? share = null;
        NamedGroup group = NamedGroup.None;
        ReadOnlySpan<byte> peerShare = default;
        if (message.Extensions.TryGet(ExtensionType.KeyShare, out ReadOnlySpan<byte> content))
        {
            error = KeyShareExtension.ParseServer(content, out group, out peerShare);
            if (error.IsError)
                return error;
            share = _shares.Find(candidate => candidate.Group == group);
            if (share is null)
                return ProtocolError.Illegal;
        }
        else if (!HasPsk || !Config.AllowPskWithoutExchange)
        {
            return ProtocolError.MissingExtension;
        }

        error = HandleConnectionId(message);
        if (error.IsError)
            return error;
        CipherSuite = message.CipherSuite;
        Group = group;
        Transcript.SelectHash(CipherSuites.Hash(CipherSuite));
        Transcript.Append(HandshakeType.ServerHello, body);
        if (!TryEnterHandshakeKeys(share, peerShare))
            return new ProtocolError(DtlsFailureReason.InvalidKeyShare, AlertDescription.IllegalParameter);
        DisposeShares();
        if (_offersEarlyData && !_isFirstSelected)
            EndEarlyData(isAccepted: false);
        DropOffers();
        InstallHandshakeKeys();
        State = DtlsState.WaitEncryptedExtensions;
        return ProtocolError.None;
    }

    private ProtocolError HandleEncryptedExtensions(ReadOnlySpan<byte> body)
    {
        ProtocolError error = EncryptedExtensionsMessage.TryParse(body, out ExtensionBlock extensions);
        if (error.IsError)
            return error;
        bool takesEarlyData = false;
        foreach (ExtensionBlock.Entry entry in extensions)
        {
            takesEarlyData |= entry.Type == ExtensionType.EarlyData;
            error = entry.Type switch
            {
                ExtensionType.EarlyData when _offersEarlyData => EarlyDataExtension.Parse(entry.Content),
                ExtensionType.ServerName when Config.ServerName is not null =>
                    entry.Content.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension,
                ExtensionType.ApplicationLayerProtocolNegotiation when Config.ApplicationProtocols.Count > 0 => HandleAlpn(entry.Content),
                ExtensionType.RecordSizeLimit when Config.RecordSizeLimit is not null => HandleRecordSizeLimit(entry.Content),
                ExtensionType.UseSrtp when Config.SrtpProfiles.Count > 0 => HandleSrtp(entry.Content),
                ExtensionType.SupportedGroups => CodePointListExtension.Parse(entry.Content, out _),
                ExtensionType.ClientCertificateType or ExtensionType.ServerCertificateType => HandleCertificateType(entry.Type, entry.Content),
                ExtensionType.ServerName or ExtensionType.ApplicationLayerProtocolNegotiation or ExtensionType.EarlyData
                    or ExtensionType.RecordSizeLimit or ExtensionType.UseSrtp =>
                    ProtocolError.UnexpectedExtension,
                _ => ProtocolError.MisplacedExtension(entry.Type, belongs: false),
            };
            if (error.IsError)
                return error;
        }

        if (_offersEarlyData)
        {
            // RFC 8446 §4.2.10: as the session was, or not at all.
            if (takesEarlyData && (CipherSuite != _resumed!.CipherSuite || ApplicationProtocol != _resumed.ApplicationProtocol))
                return ProtocolError.Illegal;
            EndEarlyData(takesEarlyData);
        }

        // RFC 7250 §4.2: without a choice of the server it is X.509, which has to be one that we take.
        if (!HasPsk && !Config.TakesFromPeer(PeerCertificateType))
            return NoCommonCertificateType;
        Transcript.Append(HandshakeType.EncryptedExtensions, body);
        if (!HasPsk)
            State = DtlsState.WaitCertificateOrRequest;
        else
            GoOnWithPsk();
        return ProtocolError.None;
    }

    private ProtocolError HandleRecordSizeLimit(ReadOnlySpan<byte> content)
    {
        ProtocolError error = RecordSizeLimitExtension.Parse(content, out int? limit);
        PeerRecordSizeLimit = limit;
        return error;
    }

    private ProtocolError HandleAlpn(ReadOnlySpan<byte> content)
    {
        ProtocolError error = AlpnExtension.Parse(content, out ReadOnlySpan<byte> list, out int count);
        if (error.IsError)
            return error;
        if (count != 1)
            return ProtocolError.MalformedExtension;
        foreach (DtlsApplicationProtocol protocol in Config.ApplicationProtocols)
        {
            if (AlpnExtension.Contains(list, protocol.Name))
            {
                ApplicationProtocol = protocol;
                return ProtocolError.None;
            }
        }

        return new ProtocolError(DtlsFailureReason.InvalidApplicationProtocol, AlertDescription.IllegalParameter);
    }

    private ProtocolError HandleCertificateRequest(ReadOnlySpan<byte> body)
    {
        ProtocolError error = CertificateRequestMessage.TryParse(body, out CertificateRequestMessage message);
        if (error.IsError)
            return error;
        if (!message.Context.IsEmpty)
            return ProtocolError.Illegal;
        error = NegotiateCompression(message.Extensions);
        if (error.IsError)
            return error;
        if (Config.Credentials.Count > 0)
        {
            error = SelectCredential(Config, message.Schemes, message.Authorities, [(byte)_ownCertificateType], out _credential, out _credentialScheme);
            if (error.IsError && Config.RequireMatchingCredential)
                return error;
        }

        _certificateRequested = true;
        Transcript.Append(HandshakeType.CertificateRequest, body);
        State = DtlsState.WaitCertificate;
        return ProtocolError.None;
    }

    private ProtocolError HandleServerCertificate(HandshakeType type, ReadOnlySpan<byte> body)
    {
        ProtocolError error = HandleCertificate(type, body);
        if (error.IsError)
            return error;
        if (PeerCertificates.Count == 0)
            return ProtocolError.Malformed; // RFC 8446 §4.4.2.4
        State = DtlsState.WaitCertificateVerify;
        return ProtocolError.None;
    }

    private ProtocolError HandleServerFinished(ReadOnlySpan<byte> body)
    {
        ProtocolError error = HandleFinished(body);
        if (error.IsError)
            return error;
        DeriveApplicationSecrets();
        Host.BeginFlight();
        if (_certificateRequested)
        {
            if (_credential is { } credential)
            {
                SendCertificate(credential, _credentialScheme);
                return ProtocolError.None;
            }

            Writer.Clear();
            CertificateMessage.Write(Writer, default, []);
            SendWritten(HandshakeType.Certificate);
        }

        Finish();
        return ProtocolError.None;
    }

    private void Finish()
    {
        SendFinished();
        Host.EndFlight();
        if (Config is { RequestTickets: true, UtcNow: not null })
            DeriveResumptionSecret();
        InstallApplicationWrite();
        InstallApplicationRead();
    }

    private void DisposeShares()
    {
        foreach (KeyExchange share in _shares)
            share.Dispose();
        _shares.Clear();
    }
}
