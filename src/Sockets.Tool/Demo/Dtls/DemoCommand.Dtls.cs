using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Demo;

internal static partial class DemoCommand
{
    static partial void AddDtls(List<FileWay> ways) =>
        ways.Add(new FileWay("DTLS 1.3, datagrams", CreateDtlsOptions) { SendAsync = DatagramFile.SendAsync, ReceiveAsync = DatagramFile.ReceiveAsync });

    static partial void AddEcho(Command command, List<Func<ParseResult, CancellationToken, Task>> parts, ToolConsole console)
    {
        Option<int> megabytes = MegabytesOption("--megabytes", "How much to send under DTLS, and to get back.", 300);
        command.Options.Add(megabytes);
        parts.Add((result, cancellationToken) => EchoDemo.RunAsync(console, result.GetValue(megabytes) * 1_000_000L, cancellationToken));
    }

    private static (SocketListenerOptions Server, SocketClientOptions Client) CreateDtlsOptions()
    {
        DemoIdentity identity = DemoIdentity.Instance;
        return (
            new SocketListenerOptions().UseDtls(new DtlsServerOptions { Credentials = [DtlsCredentialLoader.FromCertificate(identity.Server)] }),
            new SocketClientOptions().UseDtls(new DtlsClientOptions { TargetHost = DemoIdentity.Name, Trust = identity.Trust }));
    }
}
