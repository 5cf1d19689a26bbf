using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls.Crypto;
using Sockets.Tool.Options;
using Sockets.Tool.Serving;

namespace Sockets.Tool.Connecting;

/// <summary><c>sockets connect</c>: a client for any server.</summary>
internal static class ConnectCommand
{
    public static Command Create(ToolConsole console)
    {
        var address = new Argument<HostAndPort?>("HOST:PORT") { Description = "The server.", CustomParser = HostAndPort.Parse };
        var authority = new Option<string?>("--ca") { Description = "PEM file with the CAs that the server's certificate must come from, instead of the system's.", HelpName = "FILE" };
        var name = new Option<string?>("--name") { Description = "The name the server's certificate must carry, instead of HOST.", HelpName = "NAME" };
        var pins = new Option<string[]>("--pin") { Description = "Trust the certificate with this SHA-256 fingerprint, and no chain or name; repeat it for more.", HelpName = "SHA256HEX" };
        var acceptAny = new Option<bool>("--dangerous-accept-any-certificate") { Description = "Verify nothing: whoever is on the path can read and change everything." };
        var certificate = new Option<string?>("--cert") { Description = "PEM file with the client's certificate chain, leaf first.", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "PEM file with the client's unencrypted private key.", HelpName = "FILE" };
        Option<CipherSuite[]> suites = NameTable.SuiteOption();
        Option<NamedGroup[]> groups = NameTable.GroupOption();
        Option<int> datagramSize = DatagramSizeOption.Create();
        var keyUpdate = new Option<bool>("--key-update") { Description = "Update the keys of both directions: halfway through --send, or after the handshake." };
        var send = new Option<string?>("--send") { Description = "Send this file (or standard input, '-') to an echoing server in datagrams, resend what is lost, and compare.", HelpName = "FILE|-" };
        Option<ExporterRequest?> export = ExporterRequest.CreateOption();
        var timeout = new Option<double>("--timeout") { Description = "How long to wait for the handshake, and for each answer.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
        timeout.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out double seconds) && seconds is not (> 0 and <= 3600))
                result.AddError("--timeout needs a number of seconds above 0, up to 3600.");
        });
        Option<string?> keyLog = KeyLogOption.Create();

        var command = new Command("connect", "Connect to a DTLS 1.3 server. Without --send, lines of standard input are sent and what comes back is printed.")
        {
            address, authority, name, pins, acceptAny, certificate, key, suites, groups, datagramSize, keyUpdate, send, export, timeout, keyLog,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            TimeSpan patience = TimeSpan.FromSeconds(result.GetValue(timeout));
            var options = new DtlsClientOptions
            {
                TargetHost = result.GetValue(name),
                Trust = ChooseTrust(result.GetValue(authority), result.GetValue(pins) ?? [], result.GetValue(acceptAny)),
                CipherSuites = ServeCommand.NullIfEmpty(result.GetValue(suites)),
                Groups = ServeCommand.NullIfEmpty(result.GetValue(groups)),
                MaxDatagramSize = result.GetValue(datagramSize),
                HandshakeTimeout = patience,
            };
            string? certificatePath = result.GetValue(certificate);
            string? keyPath = result.GetValue(key);
            if (certificatePath is null != keyPath is null)
                throw new ToolException("--cert and --key belong together: give both.");
            if (certificatePath is not null)
                options.Credentials = [CredentialFiles.Load(certificatePath, keyPath!)];
            await using StreamWriter? log = KeyLogOption.Open(result.GetValue(keyLog), options);
            await using Stream? source = OpenSource(console, result.GetValue(send));

            await using DtlsChannel channel = await ConnectAsync(result.GetValue(address)!, options, cancellationToken);
            console.WriteLine(ChannelText.Connected(channel));
            if (result.GetValue(export) is { } exporter)
                console.WriteLine($"exporter {exporter.Derive(channel)}");
            var session = new ClientSession(console, channel, patience, result.GetValue(keyUpdate));
            return source is null
                ? await session.TalkAsync(cancellationToken)
                : await session.EchoAsync(source, cancellationToken);
        });
        return command;
    }

    private static PeerTrust ChooseTrust(string? authorityPath, string[] pins, bool acceptAny)
    {
        var chosen = new List<string>();
        if (authorityPath is not null)
            chosen.Add("--ca");
        if (pins.Length > 0)
            chosen.Add("--pin");
        if (acceptAny)
            chosen.Add("--dangerous-accept-any-certificate");
        if (chosen.Count > 1)
            throw new ToolException($"{string.Join(" and ", chosen)} exclude each other: trust is exactly one of them.");
        if (authorityPath is not null)
            return CredentialFiles.LoadAnchors(authorityPath);
        if (acceptAny)
            return PeerTrust.DangerousAcceptAnyCertificate;
        return pins.Length > 0 ? PeerTrust.CertificateFingerprints(pins.Select(ParsePin)) : PeerTrust.SystemRoots;
    }

    private static ReadOnlyMemory<byte> ParsePin(string text)
    {
        try
        {
            byte[] pin = Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal));
            if (pin.Length == 32)
                return pin;
        }
        catch (FormatException)
        {
            // Said below.
        }

        throw new ToolException($"--pin '{text}' is not a SHA-256 fingerprint: 64 hexadecimal digits are needed.");
    }

    private static Stream? OpenSource(ToolConsole console, string? path)
    {
        if (path is null)
            return null;
        if (path == "-")
            return console.In;
        if (!File.Exists(path))
            throw new ToolException(Directory.Exists(path) ? $"'{path}' is a folder, not a file." : $"The file to send, '{path}', does not exist.");
        return File.OpenRead(path);
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
