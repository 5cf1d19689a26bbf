using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;

namespace Sockets.Tests;

/// <summary>A <see cref="Socket"/> over DTLS against a DTLS server, in the background and driven by its own calls.</summary>
public class DtlsClientLinkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_connects_sends_and_receives(bool drivenByPoll)
    {
        await using Loopback loopback = Loopback.Start((options, _) => options.ApplicationProtocols = [new DtlsApplicationProtocol("echo")]);
        await using Socket client = await ConnectAsync(loopback, drivenByPoll, options => options.ApplicationProtocols = [new DtlsApplicationProtocol("echo")]);
        await using DtlsChannel server = await loopback.AcceptAsync();
        Assert.Equal(SocketState.Open, client.State);
        Assert.Equal("DTLS 1.3", client.Security!.Protocol);
        Assert.StartsWith("TLS_", client.Security.CipherSuite, StringComparison.Ordinal);
        Assert.Equal("echo"u8.ToArray(), client.Security.ApplicationProtocol.ToArray());
        Assert.Equal("localhost", client.Security.ServerName);
        using (var certificate = client.Security.GetPeerCertificate())
            Assert.NotNull(certificate);
        Assert.Equal(loopback.Listener.LocalEndPoint, client.RemoteEndPoint);

        Assert.Equal(3, await client.SendAsync(new byte[] { 1, 2, 3 }));
        Assert.Equal([1, 2, 3], await server.ReadAsync());
        await server.SendAsync(new byte[] { 4, 5 });
        byte[] buffer = new byte[10];
        Assert.Equal(new SocketReceiveResult(2), await client.ReceiveAsync(buffer).AsTask().WaitAsync(Waiting.HangGuard));

        await server.SendAsync(new byte[] { 6 });
        client.ReceiveTimeout = Waiting.HangGuard;
        Assert.Equal(new SocketReceiveResult(1), client.Receive(buffer));
        Assert.Equal(6, buffer[0]);
        server.Close();
        Assert.True(client.Receive(buffer).IsEnd);
    }

    /// <summary>It could not say what became of it, and what a server has not taken would be lost without a word.</summary>
    [Fact]
    public void A_socket_takes_no_early_data()
    {
        var options = new DtlsClientOptions { EarlyData = [new byte[] { 1 }] };
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new SocketClientOptions().UseDtls(options));
        Assert.Contains(nameof(DtlsClientOptions.EarlyData), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Begun_without_waiting_the_first_synchronous_call_brings_the_handshake_to_its_end()
    {
        await using Loopback loopback = Loopback.Start();
        using Socket client = Socket.StartConnect(loopback.Listener.LocalEndPoint, Options(loopback, drivenByPoll: true));
        Assert.Equal(SocketState.Connecting, client.State);
        Assert.Null(client.Security);
        client.SendTimeout = Waiting.HangGuard;
        Assert.Equal(1, client.Send([7]));
        Assert.Equal(SocketState.Open, client.State);
        DtlsChannel server = await loopback.AcceptAsync();
        Assert.Equal([7], await server.ReadAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_certificate_that_is_refused_is_told_with_its_problem(bool drivenByPoll)
    {
        await using Loopback loopback = Loopback.Start();
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => ConnectAsync(loopback, drivenByPoll, options => options.TargetHost = "wrong.example"));
        Assert.Equal(SocketFailureReason.CertificateRejected, failure.Reason);
        Assert.Equal(CertificateProblem.NameMismatch, failure.CertificateProblem);
        Assert.IsType<DtlsException>(failure.InnerException);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_in_common_is_a_failed_handshake(bool drivenByPoll)
    {
        await using Loopback loopback = Loopback.Start((options, _) => options.ApplicationProtocols = [new DtlsApplicationProtocol("a")]);
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(
            () => ConnectAsync(loopback, drivenByPoll, options => options.ApplicationProtocols = [new DtlsApplicationProtocol("b")]));
        Assert.Equal(SocketFailureReason.NoApplicationProtocol, failure.Reason);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Nobody_answers_within_the_time_for_connecting(bool drivenByPoll, bool isPortOpen)
    {
        IPEndPoint endPoint = OwnPlace.Next();
        using UdpClient? silent = isPortOpen ? new UdpClient(endPoint) : null;
        SocketClientOptions options = new SocketClientOptions { DrivenByPoll = drivenByPoll, ConnectTimeout = TimeSpan.FromMilliseconds(isPortOpen ? 100 : 1500) }
            .UseDtls(new DtlsClientOptions { Trust = PeerTrust.DangerousAcceptAnyCertificate });
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => Socket.ConnectAsync(endPoint, options).AsTask().WaitAsync(Waiting.HangGuard));
        if (isPortOpen || !OperatingSystem.IsLinux())
            Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        else
            Assert.Equal(SocketFailureReason.ConnectionRefused, failure.Reason);
    }

    [Theory]
    [InlineData(DatagramKind.Dtls)]
    [InlineData(DatagramKind.DtlsPolled)]
    public async Task A_clients_system_socket_takes_settings_and_a_servers_does_not(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        Assert.Equal(SocketSettingResult.Applied, pair.Client.Set(SocketSettings.Ttl, 7));
        Assert.True(pair.Client.TryGet(SocketSettings.Ttl, out int ttl));
        Assert.Equal(7, ttl);
        Assert.Equal(SocketSettingResult.Unsupported, pair.Server.Set(SocketSettings.Ttl, 7));
    }

    [Fact]
    public async Task A_time_limit_longer_than_the_platforms_waits_is_none()
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(DatagramKind.Dtls);
        pair.Server.ReceiveTimeout = TimeSpan.FromDays(40);
        Task<SocketReceiveResult> receiving = Task.Run(() => pair.Server.Receive(new byte[10]));
        await pair.Client.SendAsync(DatagramFace.Async, [1]);
        Assert.Equal(new SocketReceiveResult(1), await receiving.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public void The_options_are_read_once()
    {
        var dtls = new DtlsClientOptions();
        SocketClientOptions first = new SocketClientOptions().UseDtls(dtls);
        SocketClientOptions second = new SocketClientOptions().UseDtls(dtls);
        Assert.NotEqual(first.Links, second.Links);
        Assert.Equal("DTLS 1.3", first.Links.Name);
        Assert.Equal(SocketTransport.Datagram, first.EffectiveTransport);
        first.Transport = SocketTransport.Stream;
        Assert.Throws<InvalidOperationException>(() => first.EffectiveTransport);
        Assert.Throws<InvalidOperationException>(() => first.UseDtls(dtls));
        Assert.Throws<ArgumentException>(() => new SocketClientOptions().UseDtls(new DtlsClientOptions { Handler = new EchoHandler() }));
    }

    [Fact]
    public async Task Changing_the_options_afterwards_changes_nothing()
    {
        await using Loopback loopback = Loopback.Start();
        DtlsClientOptions dtls = loopback.ClientOptions();
        SocketClientOptions options = new SocketClientOptions().UseDtls(dtls);
        dtls.TargetHost = "wrong.example";
        dtls.Trust = PeerTrust.SystemRoots;
        await using Socket client = await Socket.ConnectAsync(loopback.Listener.LocalEndPoint, options).AsTask().WaitAsync(Waiting.HangGuard);
        Assert.Equal(SocketState.Open, client.State);
    }

    private static SocketClientOptions Options(Loopback loopback, bool drivenByPoll, Action<DtlsClientOptions>? configure = null)
    {
        DtlsClientOptions dtls = loopback.ClientOptions();
        configure?.Invoke(dtls);
        return new SocketClientOptions { DrivenByPoll = drivenByPoll }.UseDtls(dtls);
    }

    private static async Task<Socket> ConnectAsync(Loopback loopback, bool drivenByPoll, Action<DtlsClientOptions>? configure = null) =>
        await Socket.ConnectAsync(loopback.Listener.LocalEndPoint, Options(loopback, drivenByPoll, configure)).AsTask().WaitAsync(Waiting.HangGuard);
}
