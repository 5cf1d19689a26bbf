using System;
using System.CommandLine;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Tool.Options;

namespace Sockets.Tool.Serving;

/// <summary><c>sockets serve</c>: an echo server.</summary>
internal static class ServeCommand
{
    public static Command Create(ToolConsole console)
    {
        var address = new Option<HostAndPort?>("--dtls") { Description = "Address and UDP port to listen on.", HelpName = "HOST:PORT", Required = true, CustomParser = HostAndPort.Parse };
        var certificate = new Option<string>("--cert") { Description = "PEM file with the certificate chain, leaf first.", HelpName = "FILE", Required = true };
        var key = new Option<string>("--key") { Description = "PEM file with the unencrypted private key.", HelpName = "FILE", Required = true };
        var clientAuthority = new Option<string?>("--client-ca") { Description = "PEM file with the CAs that client certificates must come from. Makes them required, unless --client-auth says otherwise.", HelpName = "FILE" };
        var clientAuthentication = new Option<string?>("--client-auth") { Description = "Whether clients are asked for a certificate.", HelpName = "none|request|require" };
        clientAuthentication.AcceptOnlyFromAmong("none", "request", "require");
        Option<CipherSuite[]> suites = NameTable.SuiteOption();
        Option<NamedGroup[]> groups = NameTable.GroupOption();
        Option<int> datagramSize = DatagramSizeOption.Create();
        var cookie = new Option<string>("--cookie") { Description = "Whether clients must return a cookie before anything is kept for them.", HelpName = "always|never", DefaultValueFactory = _ => "always" };
        cookie.AcceptOnlyFromAmong("always", "never");
        Option<ExporterRequest?> export = ExporterRequest.CreateOption();
        var once = new Option<int?>("--once") { Description = "End after this many connections have ended.", HelpName = "N" };
        once.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int count) && count < 1)
                result.AddError("--once needs a number of 1 or more.");
        });
        Option<string?> keyLog = KeyLogOption.Create();

        var command = new Command("serve", "Echo whatever comes, one line per event. A line 'key-update' on standard input updates the keys of all connections; SIGINT and SIGTERM close them in good order.")
        {
            address, certificate, key, clientAuthority, clientAuthentication, suites, groups, datagramSize, cookie, export, once, keyLog,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            string? authorityPath = result.GetValue(clientAuthority);
            DtlsClientAuthentication authentication = result.GetValue(clientAuthentication) switch
            {
                "none" => DtlsClientAuthentication.None,
                "request" => DtlsClientAuthentication.Requested,
                "require" => DtlsClientAuthentication.Required,
                _ => authorityPath is null ? DtlsClientAuthentication.None : DtlsClientAuthentication.Required,
            };
            if (authentication != DtlsClientAuthentication.None && authorityPath is null)
                throw new ToolException("--client-auth needs --client-ca FILE: the CAs that client certificates must come from.");

            using var service = new EchoService(console, result.GetValue(export), result.GetValue(once));
            var options = new DtlsServerOptions
            {
                Credentials = [CredentialFiles.Load(result.GetValue(certificate)!, result.GetValue(key)!)],
                CipherSuites = NullIfEmpty(result.GetValue(suites)),
                Groups = NullIfEmpty(result.GetValue(groups)),
                MaxDatagramSize = result.GetValue(datagramSize),
                RequireCookie = result.GetValue(cookie) == "always",
                ClientAuthentication = authentication,
                Handler = service,
                HandshakeFailed = service.HandshakeFailed,
            };
            if (authorityPath is not null)
            {
                X509Certificate2Collection authorities = CredentialFiles.LoadAuthorities(authorityPath);
                options.Trust = PeerTrust.Anchors(authorities);
                options.CertificateAuthorities = CredentialFiles.Names(authorities);
            }

            await using StreamWriter? log = KeyLogOption.Open(result.GetValue(keyLog), options);
            IPEndPoint endPoint = await result.GetValue(address)!.ResolveAsync(cancellationToken);
            return await ServeAsync(console, endPoint, options, service, cancellationToken);
        });
        return command;
    }

    internal static T[]? NullIfEmpty<T>(T[]? values) => values is { Length: > 0 } ? values : null;

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
