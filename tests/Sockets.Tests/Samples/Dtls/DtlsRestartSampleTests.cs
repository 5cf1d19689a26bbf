using System.Net;
using Sockets.Dtls;

namespace Sockets.Tests.Samples;

public sealed class DtlsRestartSampleTests
{
    [Fact]
    public async Task AClientOfTheRestartSampleCarriesOn()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sockets-test-");
        var handler = new EchoHandler();
        await using Loopback loopback = Loopback.Start(
            (options, _) =>
            {
                options.AllowSave = true;
                options.Handler = handler;
            },
            at: OwnPlace.Next());
        try
        {
            DtlsChannel client = await loopback.ConnectAsync();
            Assert.Equal("before"u8.ToArray(), await client.AskAsync("before"u8.ToArray())); // the server has it, too
            IPEndPoint endPoint = loopback.Listener.LocalEndPoint;
            await using DtlsListener listener = await DtlsRestartSample.RestartAsync(
                loopback.Listener,
                () => DtlsListener.Bind(endPoint, new DtlsServerOptions { Credentials = [loopback.Authority.ServerCredential()], AllowSave = true, Handler = handler }),
                folder.FullName,
                new byte[DtlsStateProtector.KeyLength]);
            Assert.Equal("hello"u8.ToArray(), await client.AskAsync("hello"u8.ToArray()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
