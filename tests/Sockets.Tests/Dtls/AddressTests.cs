using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests;

/// <summary>A host with several addresses, of which only some answer.</summary>
public class AddressTests
{
    private static readonly IPAddress Elsewhere = OwnPlace.Next().Address;

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

    /// <summary>An attempt at one address that gets no answer may still have been heard, by the same server even.</summary>
    [Fact]
    public async Task Early_data_goes_to_one_address_only()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
            Assert.Skip("Only 127.0.0.1 is an address of this system.");
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        var received = new ConcurrentQueue<byte[]>();
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Tickets = keys;
            options.RequireCookie = false;
            options.MaxEarlyDataSize = 100;
            options.EarlyDataRecord = new DtlsReplayRecord(DateTimeOffset.MinValue);
            options.EarlyDataReceived = (_, datagram) => received.Enqueue(datagram.ToArray());
        });
        DtlsClientOptions options = loopback.ClientOptions();
        options.Tickets = cache;
        options.EarlyData = [new byte[] { 1, 2, 3 }];
        using (new UdpClient(new IPEndPoint(Elsewhere, loopback.Listener.LocalEndPoint.Port)))
        {
            // Without a ticket nothing is sent early: it comes back, whichever address has answered.
            await using (DtlsChannel first = await ConnectAsync(loopback, options, Elsewhere, IPAddress.Loopback))
            {
                Assert.Equal(DtlsEarlyDataStatus.Rejected, first.EarlyDataStatus);
                Assert.Equal([1, 2, 3], Assert.Single(first.RejectedEarlyData).ToArray());
                await ReceiveTicketsAsync(loopback, first);
            }

            Assert.Equal(2, cache.Count);
            await using DtlsChannel second = await ConnectAsync(loopback, options, Elsewhere, IPAddress.Loopback);
            Assert.True(second.IsResumed);
            Assert.Equal(IPAddress.Loopback, second.RemoteEndPoint.Address);
            Assert.Equal(DtlsEarlyDataStatus.Pending, second.EarlyDataStatus); // nobody knows
            Assert.Empty(second.RejectedEarlyData);
            await ReceiveTicketsAsync(loopback, second);
            Assert.Empty(received);
        }

        // A host that says that nobody listens has used nothing. It is its word that has the next address tried, since the delay has no end.
        if (!OperatingSystem.IsLinux())
            return;
        options.TimeProvider = new PatientClock();
        await using DtlsChannel third = await ConnectAsync(loopback, options, Elsewhere, IPAddress.Loopback);
        Assert.Equal(DtlsEarlyDataStatus.Accepted, third.EarlyDataStatus);
        await loopback.AcceptAsync(); // what the client has sent last, so that the early data was there before
        Assert.Equal([1, 2, 3], Assert.Single(received));
    }

    private static async Task ReceiveTicketsAsync(Loopback loopback, DtlsChannel client)
    {
        DtlsChannel server = await loopback.AcceptAsync();
        await server.SendAsync("x"u8.ToArray());
        await client.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Loopback.HangGuard);
        await server.UpdateKeysAsync().WaitAsync(Loopback.HangGuard); // behind the tickets, once they were acknowledged
        _ = client.Statistics; // not before the loop has dealt with all that came with it
    }

    private static async Task<DtlsChannel> ConnectAsync(Loopback loopback, DtlsClientOptions options, params IPAddress[] addresses) =>
        await DtlsChannel.ConnectToAnyAsync(addresses, loopback.Listener.LocalEndPoint.Port, options.TargetHost!, options, default).AsTask().WaitAsync(Loopback.HangGuard);

    /// <summary>Its delays never end; who sets a timer afterwards has it.</summary>
    private sealed class PatientClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
