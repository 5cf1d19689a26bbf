using System.Net;

namespace Sockets.Tests.Samples;

public sealed class DtlsSampleTests
{
    [Fact]
    public async Task TheFirstLinesTalkToAnEcho()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(["127.0.0.1"]);
        await using DtlsListener listener = DtlsListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new DtlsServerOptions { Credentials = [DtlsCredentialLoader.FromCertificate(certificate)] });
        Task<byte[]> client = DtlsClientSample.RunAsync("127.0.0.1", listener.LocalEndPoint.Port, new DtlsClientOptions { Trust = authority.Trust });
        await using DtlsChannel channel = await listener.AcceptAsync();
        byte[] buffer = new byte[100];
        DtlsReceiveResult received = await channel.ReceiveAsync(buffer);
        await channel.SendAsync(buffer.AsMemory(0, received.Length));
        Assert.Equal("hello"u8.ToArray(), await client.WaitAsync(Waiting.HangGuard));
    }
}
