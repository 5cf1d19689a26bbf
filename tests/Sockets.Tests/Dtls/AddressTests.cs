using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;

namespace Sockets.Tests;

/// <summary>A host with several addresses, of which only some answer.</summary>
public class AddressTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.2");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_address_that_refuses_or_stays_silent_does_not_keep_the_next_from_being_used(bool silent)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
            Assert.Skip("Only 127.0.0.1 is an address of this system.");
        await using Loopback loopback = Loopback.Start();
        using var nobody = silent ? new UdpClient(new IPEndPoint(Elsewhere, loopback.Listener.LocalEndPoint.Port)) : null;
        await using DtlsChannel client = await ConnectAsync(loopback, loopback.ClientOptions(), Elsewhere, IPAddress.Loopback);
        Assert.Equal(IPAddress.Loopback, client.RemoteEndPoint.Address);
        DtlsChannel server = await loopback.AcceptAsync();
        await client.SendAsync(new byte[] { 1 });
        Assert.Equal([1], await server.ReadAsync());
    }

    [Fact]
    public async Task A_refusal_of_the_certificate_is_final()
    {
        await using Loopback loopback = Loopback.Start();
        DtlsClientOptions options = loopback.ClientOptions();
        options.TargetHost = "wrong.example";
        DtlsException exception = await Assert.ThrowsAsync<DtlsException>(() => ConnectAsync(loopback, options, IPAddress.Loopback, IPAddress.Loopback));
        Assert.Equal(CertificateProblem.NameMismatch, exception.CertificateProblem);
    }

    [Fact]
    public async Task When_nobody_answers_the_first_failure_is_told()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)silent.Client.LocalEndPoint!).Port;
        var options = new DtlsClientOptions { Trust = PeerTrust.DangerousAcceptAnyCertificate, HandshakeTimeout = TimeSpan.FromMilliseconds(100) };
        DtlsException exception = await Assert.ThrowsAsync<DtlsException>(() =>
            DtlsChannel.ConnectToAnyAsync([IPAddress.Loopback, IPAddress.Loopback], port, "host.example", options, default).AsTask().WaitAsync(Loopback.HangGuard));
        Assert.Equal(DtlsFailureReason.HandshakeTimeout, exception.Reason);
    }

    private static async Task<DtlsChannel> ConnectAsync(Loopback loopback, DtlsClientOptions options, params IPAddress[] addresses) =>
        await DtlsChannel.ConnectToAnyAsync(addresses, loopback.Listener.LocalEndPoint.Port, options.TargetHost!, options, default).AsTask().WaitAsync(Loopback.HangGuard);
}
