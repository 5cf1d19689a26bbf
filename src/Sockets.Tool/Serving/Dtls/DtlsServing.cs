using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
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
    private readonly Option<CipherSuite[]> _suites = NameTable.SuiteOption();
    private readonly Option<NamedGroup[]> _groups = NameTable.GroupOption();
    private readonly Option<int> _datagramSize = DatagramSizeOption.Create();
    private readonly Option<int> _recordSize = RecordSizeOption.Create();
    private readonly Option<ExporterRequest?> _export = ExporterRequest.CreateOption();
    private readonly Option<string?> _keyLog = KeyLogOption.Create();
    private readonly Option<string> _cookie = new Option<string>("--cookie")
    {
        Description = "Whether clients must return a cookie before anything is kept for them.",
        HelpName = "always|never",
        DefaultValueFactory = _ => "always",
    }.AcceptOnlyFromAmong("always", "never");

    private readonly Option<DtlsPreSharedKey[]> _psk = PskOption.Create();
    private readonly Option<int> _tickets = NumberOption.Create("--tickets", "COUNT", "tickets", 16, "Send each client so many session tickets, 16 at most; their keys end with this process.");
    private readonly Option<int> _earlyData = NumberOption.Create("--early-data", "BYTES", "bytes", 1 << 20, "Take so many bytes of early data with a ticket and print them; needs --tickets and --cookie never.");

    private readonly Option<int?> _connectionId = ConnectionIdOption.Create("Use connection IDs; clients put one of this length into what they send, so that they can change their address: 8 is good.");

    private DtlsServing(ServeOptions shared) => _shared = shared;

    public static TransportMode CreateMode(ServeOptions shared)
    {
        var mode = new DtlsServing(shared);
        return new TransportMode(
            mode._selector,
            [shared.Certificate, shared.Key, shared.ClientAuthority, shared.ClientAuthentication, mode._suites, mode._groups, mode._datagramSize, mode._recordSize, mode._cookie, mode._export, mode._keyLog, mode._psk, mode._tickets, mode._earlyData, mode._connectionId],
            mode.RunAsync)
        {
            Required = [shared.Certificate, shared.Key],
            InPlaceOfRequired = mode._psk,
        };
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        (string authentication, string? authorityPath) = _shared.ReadClientAuthentication(result);
        ToolConsole console = _shared.Console;
        using var service = new EchoService(console, result.GetValue(_export), result.GetValue(_shared.Once));
        using var ticketKeys = new DtlsTicketKeys(CryptoProviders.Default);
        int tickets = result.GetValue(_tickets);
        bool requiresCookie = result.GetValue(_cookie) == "always";
        if (result.GetValue(_earlyData) > 0 && (tickets == 0 || requiresCookie))
            throw new ToolException("--early-data needs --tickets COUNT and --cookie never: it comes with a ticket, and a cookie is a round trip before it.");
        var options = new DtlsServerOptions
        {
            PreSharedKeys = result.GetValue(_psk) ?? [],
            Tickets = tickets > 0 ? ticketKeys : null,
            TicketCount = tickets,
            MaxEarlyDataSize = result.GetValue(_earlyData),
            EarlyDataRecord = new DtlsReplayRecord(DateTimeOffset.UtcNow),
            EarlyDataReceived = (channel, datagram) => console.WriteLine($"early-data peer={channel.RemoteEndPoint} {SocketText.OneWord(Encoding.UTF8.GetString(datagram.Span))}"),
            Credentials = [.. _shared.ReadCredentials(result).Select(static files => CredentialFiles.Load(files.CertificatePath, files.KeyPath))],
            CipherSuites = NameTable.NullIfEmpty(result.GetValue(_suites)),
            Groups = NameTable.NullIfEmpty(result.GetValue(_groups)),
            MaxDatagramSize = result.GetValue(_datagramSize),
            RecordSizeLimit = result.GetValue(_recordSize),
            ConnectionIdLength = result.GetValue(_connectionId),
            RequireCookie = requiresCookie,
            ClientAuthentication = authentication switch
            {
                "request" => DtlsClientAuthentication.Requested,
                "require" => DtlsClientAuthentication.Required,
                _ => DtlsClientAuthentication.None,
            },
            Handler = service,
            HandshakeFailed = service.HandshakeFailed,
        };
        if (authorityPath is not null)
        {
            X509Certificate2Collection authorities = CredentialFiles.LoadAuthorities(authorityPath);
            options.Trust = PeerTrust.Anchors(authorities);
            options.CertificateAuthorities = CredentialFiles.Names(authorities);
        }

        await using StreamWriter? log = KeyLogOption.Open(result.GetValue(_keyLog), options);
        IPEndPoint endPoint = await result.GetValue(_selector)!.ResolveAsync(cancellationToken);
        return await ServeAsync(console, endPoint, options, service, cancellationToken);
    }

    private static async Task<int> ServeAsync(ToolConsole console, IPEndPoint endPoint, DtlsServerOptions options, EchoService service, CancellationToken cancellationToken)
    {
        DtlsListener listener;
        try
        {
            listener = DtlsListener.Bind(endPoint, options);
        }
        catch (SocketException exception)
        {
            throw new ToolException(
                exception.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => $"UDP port {endPoint} is in use: stop the program that has it, or choose another port.",
                    SocketError.AddressNotAvailable => $"{endPoint.Address} is not an address of this machine.",
                    SocketError.AccessDenied => $"UDP port {endPoint} may not be used: choose a port above 1023.",
                    _ => $"Cannot listen on {endPoint}: {exception.Message}.",
                },
                exception);
        }

        await using (listener)
        {
            console.WriteLine($"listening {listener.LocalEndPoint}");
            _ = Task.Factory.StartNew(() => ReadCommands(console, service), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            try
            {
                await service.Ended.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // SIGINT or SIGTERM: disposing the listener sends close_notify to everybody.
            }
        }

        return 0;
    }

    /// <summary>Runs until the end of standard input, which is no reason to stop serving.</summary>
    private static void ReadCommands(ToolConsole console, EchoService service)
    {
        using var reader = new StreamReader(console.In, leaveOpen: true);
        try
        {
            while (reader.ReadLine() is { } line)
            {
                if (line.Trim() == "key-update")
                    service.UpdateKeys();
                else if (line.Trim().Length > 0)
                    console.Error.WriteLine("sockets: the only command here is 'key-update'.");
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Standard input is gone.
        }
    }
}
