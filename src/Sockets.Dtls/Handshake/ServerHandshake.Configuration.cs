using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>What the driver or the application chooses by the client's wishes: the configuration, the application protocol.</content>
internal sealed partial class ServerHandshake
{
    private bool _isConfigurationChosen;

    /// <summary>What the client asks for, while the handshake waits for a configuration.</summary>
    public DtlsClientHelloInfo? PendingClientHello { get; private set; }

    /// <summary>Goes on under the configuration that the driver has chosen.</summary>
    public ProtocolError CompleteConfiguration(DtlsConfig config)
    {
        byte[] body = _heldHello!;
        _heldHello = null;
        PendingClientHello = null;
        _isConfigurationChosen = true;
        Config = config;
        if (!config.PostHandshakeAuthentication)
            Transcript.DropMessages();
        ProtocolError error = ClientHelloMessage.TryParse(body, out ClientHelloMessage hello);
        if (error.IsError)
            return error;
        error = ServerNegotiation.TryNegotiate(Config, hello, out ServerNegotiation choice);
        return error.IsError ? error : GoOn(hello, choice.Share, body);
    }

    /// <summary>
    /// Asks the driver for the configuration and suspends. Suite and group are agreed on by then: a cookie's HelloRetryRequest, for
    /// which nothing is kept, depends on them.
    /// </summary>
    private ProtocolError AskForConfiguration(in ClientHelloMessage hello, ReadOnlySpan<byte> body)
    {
        ProtocolError error = ReadServerName(hello);
        if (error.IsError)
            return error;
        ReadOnlySpan<byte> list = default;
        if (hello.Extensions.TryGet(ExtensionType.ApplicationLayerProtocolNegotiation, out ReadOnlySpan<byte> content))
            error = AlpnExtension.Parse(content, out list, out _);
        if (error.IsError)
            return error;
        _heldHello = body.ToArray();
        PendingClientHello = CreateInfo(list);
        State = DtlsState.WaitConfiguration;
        Host.Raise(DtlsEventKind.ConfigurationRequired);
        return ProtocolError.None;
    }

    private ProtocolError ReadServerName(in ClientHelloMessage hello)
    {
        if (!hello.Extensions.TryGet(ExtensionType.ServerName, out ReadOnlySpan<byte> content))
            return ProtocolError.None;
        ProtocolError error = ServerNameExtension.ParseClient(content, out string? name);
        ServerName = name;
        return error;
    }

    /// <summary>The application chooses among the client's protocols (RFC 7301 §3.2).</summary>
    private ProtocolError ChooseProtocol(Func<DtlsClientHelloInfo, DtlsProtocolChoice> select, ReadOnlySpan<byte> list)
    {
        DtlsProtocolChoice choice = select(CreateInfo(list));
        if (choice.IsRefusal)
            return new ProtocolError(DtlsFailureReason.NoCommonApplicationProtocol, AlertDescription.NoApplicationProtocol);
        if (!choice.Protocol.IsEmpty && !AlpnExtension.Contains(list, choice.Protocol.Name))
            return new ProtocolError(DtlsFailureReason.InvalidApplicationProtocol, AlertDescription.InternalError);
        ApplicationProtocol = choice.Protocol;
        return ProtocolError.None;
    }

    private DtlsClientHelloInfo CreateInfo(ReadOnlySpan<byte> protocols)
    {
        var names = new List<DtlsApplicationProtocol>();
        var reader = new WireReader(protocols);
        while (names.Count < DtlsClientHelloInfo.MaxProtocols && reader.TryReadVector8(out ReadOnlySpan<byte> name))
            names.Add(new DtlsApplicationProtocol(name));
        return new DtlsClientHelloInfo(ServerName, names);
    }

    /// <summary>
    /// What a ticket is bound to where the configuration was chosen: the certificates it would be shown, since one name may have
    /// several configurations.
    /// </summary>
    private void AppendConfiguration(TranscriptHash hash)
    {
        if (!_isConfigurationChosen)
            return;
        foreach (DtlsCredential credential in Config.Credentials)
            hash.Append(credential.CertificateChain.Count > 0 ? credential.CertificateChain[0].Span : default);
    }
}
