using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Tool.Certificates;
using Sockets.Tool.Options;

namespace Sockets.Tool.Serving;

/// <summary><c>sockets serve --dtls</c>.</summary>
internal sealed class DtlsServing
{
    private readonly ServeOptions _shared;
    private readonly Option<HostAndPort?> _selector = new("--dtls") { Description = "Serve DTLS 1.3 on this address and UDP port.", HelpName = "HOST:PORT", CustomParser = HostAndPort.Parse };
    private readonly DtlsChoices _choices;
    private readonly ManagerChoices _limits;

    private readonly Option<string[]> _ocspResponses = new("--ocsp-response") { Description = "DER file with an OCSP response about the --cert at the same place, for clients that ask for it; repeat it as --cert.", HelpName = "FILE" };
    private readonly Option<int> _tickets = NumberOption.Create("--tickets", "COUNT", "tickets", 16, "Send each client so many session tickets, 16 at most; their keys end with this process.");
    private readonly Option<int> _earlyData = NumberOption.Create("--early-data", "BYTES", "bytes", 1 << 20, "Take so many bytes of early data with a ticket and print them; needs --tickets and --cookie never, or a number.");
    private readonly Option<int?> _connectionId = ConnectionIdOption.Create("Use connection IDs; clients put one of this length into what they send, so that they can change their address: 8 is good.");

    private readonly Option<string?> _state = SavedConnections.CreateStateOption();
    private readonly Option<string?> _stateKey = SavedConnections.CreateKeyOption();

    private DtlsServing(ServeOptions shared)
    {
        _shared = shared;
        _choices = new DtlsChoices(shared.Protocols);
        _limits = new ManagerChoices(shared.Idle);
    }

    public static TransportMode CreateMode(ServeOptions shared)
    {
        var mode = new DtlsServing(shared);
        return new TransportMode(
            mode._selector,
            [.. shared.CertificateOptions, mode._ocspResponses, mode._tickets, mode._earlyData, mode._connectionId, mode._state, mode._stateKey, .. mode._choices.All, .. mode._limits.All],
            mode.RunAsync)
        {
            Required = [shared.Certificate, shared.Key],
            InPlaceOfRequired = mode._choices.PreSharedKeys,
        };
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        ToolConsole console = _shared.Console;
        var service = new EchoService(console, result.GetValue(_choices.Export), result.GetValue(_shared.Once), _choices.AsksAfterHandshake(result));
        using var ticketKeys = new DtlsTicketKeys(CryptoProviders.Default);
        var replays = new DtlsReplayRecord(DateTimeOffset.UtcNow);
        _ = _shared.ReadClientAuthentication(result); // what contradicts itself is said before what a file lacks
        IReadOnlyList<DtlsCredential> credentials = ReadCredentials(result);
        using SavedConnections? saved = SavedConnections.Open(result.GetValue(_state), result.GetValue(_stateKey));
        StreamWriter? log = null;
        DtlsServerOptions CreateOptions()
        {
            DtlsServerOptions options = ReadOptions(result, credentials);
            options.Tickets = options.TicketCount > 0 ? ticketKeys : null;
            options.EarlyDataRecord = replays;
            options.EarlyDataReceived = (channel, datagram) => console.WriteLine($"early-data peer={channel.RemoteEndPoint} {SocketText.OneWord(Encoding.UTF8.GetString(datagram.Span))}");
            options.Handler = service;
            options.AllowSave = saved is not null;
            log = _choices.Apply(result, options, log);
            return options;
        }

        try
        {
            DtlsServerOptions options = CreateOptions();
            NamedCredentials.Apply(options, CreateOptions, result.GetValue(_shared.RefuseUnknownNames));
            ConnectionManagerOptions limits = _limits.Read(result, options, service.OnEvent);
            IPEndPoint endPoint = await result.GetValue(_selector)!.ResolveAsync(cancellationToken);
            return await new DtlsServer(console, service, saved).RunAsync(endPoint, limits, cancellationToken);
        }
        finally
        {
            if (log is not null)
                await log.DisposeAsync();
        }
    }

    private DtlsServerOptions ReadOptions(ParseResult result, IReadOnlyList<DtlsCredential> credentials)
    {
        bool asksLater = _choices.AsksAfterHandshake(result);
        (string authentication, PeerTrust? trust) = _shared.ReadClientAuthentication(result, asksLater ? "none" : "require");
        if (asksLater && trust is null)
            throw new ToolException("--post-handshake-auth needs --client-ca FILE, the CAs that client certificates must come from, or --client-pin-key.");
        if (trust is not null && credentials.Count == 0)
            throw new ToolException("Clients are asked for a certificate by a server that shows one: --client-ca and --client-pin-key need --cert and --key, and mean nothing with --psk alone.");
        if (result.GetValue(_shared.RefuseUnknownNames) && credentials.Count == 0)
            throw new ToolException("--refuse-unknown-names needs --cert and --key: the names are those of certificates.");
        int tickets = result.GetValue(_tickets);
        int earlyData = result.GetValue(_earlyData);
        if (earlyData > 0 && (tickets == 0 || _limits.AlwaysAsksForCookies(result)))
            throw new ToolException("--early-data needs --tickets COUNT and --cookie never (or a number): it comes with a ticket, and a cookie is a round trip before it.");
        var options = new DtlsServerOptions
        {
            TicketCount = tickets,
            MaxEarlyDataSize = earlyData,
            Credentials = credentials,
            ConnectionIdLength = result.GetValue(_connectionId),
            ClientAuthentication = authentication switch
            {
                "request" => DtlsClientAuthentication.Requested,
                "require" => DtlsClientAuthentication.Required,
                _ => DtlsClientAuthentication.None,
            },
        };
        if (trust is not null)
            options.Trust = trust;
        if (_shared.JudgesClientKeys(result))
            options.PeerCertificateTypes = [DtlsCertificateType.RawPublicKey, DtlsCertificateType.X509];
        if (result.GetValue(_shared.ClientAuthority) is { } authorityPath)
        {
            X509Certificate2Collection authorities = CredentialFiles.LoadAuthorities(authorityPath);
            options.CertificateAuthorities = CredentialFiles.Names(authorities);
        }

        return options;
    }

    private List<DtlsCredential> ReadCredentials(ParseResult result)
    {
        List<DtlsCredential> credentials = [.. _shared.ReadCredentials(result).Select(static files => CredentialFiles.Load(files.CertificatePath, files.KeyPath))];
        string[] responses = result.GetValue(_ocspResponses) ?? [];
        if (responses.Length > credentials.Count)
            throw new ToolException($"--ocsp-response is about the --cert at the same place: {responses.Length} and {credentials.Count} of them were given.");
        for (int i = 0; i < responses.Length; i++)
        {
            ReadOnlyMemory<byte> response = CredentialFiles.LoadOcspResponse(responses[i]);
            credentials[i] = credentials[i].WithOcspResponse(() => response);
        }

        return credentials;
    }
}
