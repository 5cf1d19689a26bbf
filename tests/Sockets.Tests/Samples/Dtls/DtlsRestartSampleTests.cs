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
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.AllowSave = true;
            options.Handler = handler;
        });
        try
        {
            DtlsChannel client = await loopback.ConnectAsync();
            IPEndPoint endPoint = loopback.Listener.LocalEndPoint;
            await using DtlsListener listener = await DtlsRestartSample.RestartAsync(
                loopback.Listener,
                () => DtlsListener.Bind(endPoint, new DtlsServerOptions { Credentials = [loopback.Authority.ServerCredential()], AllowSave = true, Handler = handler }),
                folder.FullName,
                new byte[DtlsStateProtector.KeyLength]);
            await client.SendAsync("hello"u8.ToArray());
            byte[] buffer = new byte[100];
            DtlsReceiveResult result = await client.ReceiveAsync(buffer).AsTask().WaitAsync(Waiting.HangGuard);
            Assert.Equal("hello"u8.ToArray(), buffer[..result.Length]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
