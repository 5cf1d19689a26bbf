using System.Net;

namespace Sockets.Tests;

/// <summary>A DTLS server on the wildcard answers from the address that was asked: a connected client hears nothing else.</summary>
public class WildcardTests
{
    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1", DatagramKind.Dtls)]
    [InlineData("0.0.0.0", "127.0.0.2", DatagramKind.Dtls)]
    [InlineData("0.0.0.0", "127.0.0.2", DatagramKind.DtlsPolled)]
    [InlineData("::", "127.0.0.2", DatagramKind.Dtls)]
    [InlineData("::", "127.0.0.2", DatagramKind.DtlsPolled)]
    [InlineData("::", "::1", DatagramKind.Dtls)]
    [InlineData("::", "::1", DatagramKind.DtlsPolled)]
    public async Task Sockets(string bound, string asked, DatagramKind kind)
    {
        SkipElsewhere();
        using var authority = new TestAuthority();
        await using var listener = SocketListener.Bind(
            new IPEndPoint(IPAddress.Parse(bound), 0),
            new SocketListenerOptions { DrivenByPoll = kind == DatagramKind.DtlsPolled }.UseDtls(new DtlsServerOptions { Credentials = [authority.ServerCredential()] }));
        Task<Socket> accepting = kind == DatagramKind.DtlsPolled ? Task.Run(listener.Accept) : listener.AcceptAsync().AsTask();
        var target = new IPEndPoint(IPAddress.Parse(asked), ((IPEndPoint)listener.LocalEndPoint).Port);
        using Socket client = await Socket.ConnectAsync(target, new SocketClientOptions().UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust }))
            .AsTask().WaitAsync(Waiting.HangGuard);
        using Socket server = await accepting.WaitAsync(Waiting.HangGuard);
        Assert.Equal(target, server.LocalEndPoint);
        await client.SendAsync(DatagramFace.Async, [1]);
        Assert.Equal([1], await server.ReceiveAsync(DatagramFace.Async));
        await server.SendAsync(DatagramFace.Async, [2]);
        Assert.Equal([2], await client.ReceiveAsync(DatagramFace.Async));
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.2")]
    [InlineData("::", "127.0.0.2")]
    [InlineData("::", "::1")]
    public async Task Channels(string bound, string asked)
    {
        SkipElsewhere();
        await using Loopback loopback = Loopback.Start(address: IPAddress.Parse(bound));
        var target = new IPEndPoint(IPAddress.Parse(asked), loopback.Listener.LocalEndPoint.Port);
        await using DtlsChannel client = await DtlsChannel.ConnectAsync(target, loopback.ClientOptions()).AsTask().WaitAsync(Waiting.HangGuard);
        DtlsChannel server = await loopback.AcceptAsync();
        Assert.Equal(target, server.LocalEndPoint);
        await server.SendAsync(new byte[] { 2 });
        Assert.Equal([2], await client.ReadAsync());
    }

    private static void SkipElsewhere()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Elsewhere the system chooses the address.");
    }
}
