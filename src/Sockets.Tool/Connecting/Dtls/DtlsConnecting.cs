using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Tool.Certificates;
using Sockets.Tool.Options;

namespace Sockets.Tool.Connecting;

/// <summary><c>sockets connect --dtls</c>, which is also what <c>connect</c> does when nothing else was chosen.</summary>
internal sealed class DtlsConnecting
{
    private readonly ConnectOptions _shared;
    private readonly Option<bool> _selector = new("--dtls") { Description = "Over DTLS 1.3; the default." };
    private readonly DtlsChoices _choices;
    private readonly Option<bool> _keyUpdate = new("--key-update") { Description = "Update the keys of both directions: halfway through --send, or after the handshake." };
    private readonly Option<string?> _ticket = TicketFile.CreateOption();

    private readonly Option<string?> _earlyData = new("--early-data") { Description = "Send this text along with the ClientHello when --ticket resumes a session that allows it. Whoever records it can send it again.", HelpName = "TEXT" };

    private readonly Option<int?> _connectionId = ConnectionIdOption.Create("Use connection IDs; the server puts one of this length into what it sends, 0 for none.");
    private readonly Option<bool> _migrate = new("--migrate") { Description = "Move to another local port without a handshake: halfway through --send, or after it began to talk. The server needs --cid." };

    private readonly Option<string?> _ocsp = new Option<string?>("--ocsp")
    {
        Description = "Ask the server for an OCSP response along with its certificate (stapling); with require, no certificate is accepted without one.",
        HelpName = "request|require",
    }.AcceptOnlyFromAmong("request", "require");

    private DtlsConnecting(ConnectOptions shared)
    {
        _earlyData.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value.Length: 0 }])
                result.AddError("--early-data needs some text.");
        });
        _shared = shared;
        _choices = new DtlsChoices(shared.Protocols);
    }

    public static TransportMode CreateMode(ConnectOptions shared)
    {
        var mode = new DtlsConnecting(shared);
        return new TransportMode(
            mode._selector,
            [.. shared.CertificateOptions, mode._ocsp, shared.Linger, mode._ticket, mode._earlyData, mode._connectionId, mode._migrate, mode._keyUpdate, .. mode._choices.All],
            mode.RunAsync)
        {
            IsDefault = true,
            Conflicts =
            [
                shared.LingerConflict,
                .. shared.CertificateOptions.Where(option => option != shared.Name).Append(mode._ocsp)
                    .Select(option => new OptionConflict(mode._choices.PreSharedKeys, option, "with a pre-shared key there are no certificates")),
                .. new Option[] { shared.Pins, shared.KeyPins, shared.AcceptAny }
                    .Select(option => new OptionConflict(option, mode._ocsp, "an OCSP response is about a chain, which is not judged then")),
            ],
        };
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = new DtlsClientOptions
        {
            TargetHost = result.GetValue(_shared.Name),
            Trust = _shared.ReadTrust(result),
            HandshakeTimeout = _shared.ReadTimeout(result),
            RequestOcspResponse = result.GetValue(_ocsp) is not null,
            RequireOcspResponse = result.GetValue(_ocsp) == "require",
        };
        if (_shared.JudgesKeys(result))
            options.PeerCertificateTypes = [DtlsCertificateType.RawPublicKey, DtlsCertificateType.X509];
        if (result.GetValue(_earlyData) is { Length: > 0 } early)
            options.EarlyData = result.GetValue(_ticket) is not null ? [Encoding.UTF8.GetBytes(early)] : throw new ToolException("--early-data needs --ticket FILE: it goes along with the ticket of an earlier connection.");
        bool migrates = result.GetValue(_migrate);
        options.ConnectionIdLength = result.GetValue(_connectionId) ?? (migrates ? 0 : null); // none of ours is needed to move
        if (_shared.ReadCredential(result) is var (certificatePath, keyPath))
            options.Credentials = [CredentialFiles.Load(certificatePath, keyPath)];
        await using StreamWriter? log = _choices.Apply(result, options);
        await using Stream? source = _shared.OpenSource(result);
        HostAndPort server = _shared.ReadServer(result);

        using TicketFile? tickets = TicketFile.Open(result.GetValue(_ticket)); // last: it leaves a file even if nothing comes of it
        options.Tickets = tickets?.Cache;
        await using DtlsChannel channel = await ConnectAsync(server, options, cancellationToken);
        ToolConsole console = _shared.Console;
        Action<string> tell = source is null ? console.WriteNote : console.WriteLine; // standard output belongs to what comes
        tell(ChannelText.Connected(channel));
        if (channel.EarlyDataStatus != DtlsEarlyDataStatus.None)
            tell($"early-data {channel.EarlyDataStatus switch { DtlsEarlyDataStatus.Accepted => "accepted", DtlsEarlyDataStatus.Rejected => "rejected", _ => "unknown" }}");
        if (result.GetValue(_choices.Export) is { } exporter)
            tell($"exporter {exporter.Derive(channel)}");
        var session = new ClientSession(console, tell, channel, options.HandshakeTimeout, result.GetValue(_keyUpdate), migrates) { Tickets = tickets?.Cache, TellsDatagramSize = _choices.Probes(result) };
        int exitCode = source is null
            ? await session.CopyAsync(_shared.ReadLinger(result), cancellationToken)
            : await session.EchoAsync(source, cancellationToken);
        tickets?.Save();
        return exitCode;
    }

    private static async Task<DtlsChannel> ConnectAsync(HostAndPort server, DtlsClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await DtlsChannel.ConnectAsync(server.Host, server.Port, options, cancellationToken);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery)
        {
            throw server.UnknownHost(exception);
        }
        catch (SocketException exception)
        {
            throw new ToolException($"There is no way to {server}: {exception.Message}.", exception);
        }
    }
}
