using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Samples;

public sealed class DtlsMigrationSampleTests
{
    [Fact]
    public async Task TheMigrationSampleMovesAndGoesOn()
    {
        using var authority = new TestAuthority();
        var server = new DtlsServerOptions { Credentials = [authority.ServerCredential()], Handler = new EchoHandler(), ConfigureEngine = Patience.Configure };
        var client = new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust, ConfigureEngine = Patience.Configure };
        int port = TakePort();
        DtlsListener? listener = null;
        try
        {
            (bool hasMoved, byte[] answer) = await DtlsMigrationSample.MoveAsync("127.0.0.1", port, server, client, options =>
            {
                listener = DtlsListener.Bind(new IPEndPoint(IPAddress.Loopback, port), options);
                return ValueTask.CompletedTask;
            }).WaitAsync(Waiting.HangGuard);
            Assert.True(hasMoved);
            Assert.Equal("moved"u8, answer);
        }
        finally
        {
            if (listener is not null)
                await listener.DisposeAsync();
        }
    }

    private static int TakePort()
    {
        using var probe = new System.Net.Sockets.Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
