using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Tests;

/// <summary>DTLS without anything in the background, on a clock that the test moves: the pump alone keeps the timers.</summary>
public class PolledTimerTests
{
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 40).Select(static seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Lost_flights_are_sent_again_and_no_timer_is_ever_made(ulong seed)
    {
        bool withClientCertificate = seed % 2 == 0;
        using var world = new PolledWorld(
            seed,
            lossPercent: 20, // more, and some seed loses an answer until its cookie has expired after 30 s
            (options, authority) =>
            {
                options.ClientAuthentication = withClientCertificate ? DtlsClientAuthentication.Required : DtlsClientAuthentication.None;
                options.Trust = authority.Trust;
            },
            (options, authority) => options.Credentials = withClientCertificate ? [authority.ClientCredential()] : []);
        world.RunUntil(() => world.Client.State == SocketState.Open && world.Server is not null);
        Assert.Equal(withClientCertificate ? 1 : 0, world.Server!.Security!.PeerCertificates.Count);

        // Application data is not sent again by DTLS: the program asks until it is answered.
        var random = new SeededRandom(seed);
        byte[] buffer = new byte[2000];
        for (byte number = 1; number <= 10; number++)
        {
            byte[] question = [number, .. random.Bytes(random.Between(0, 1000))];
            bool isAnswered = false;
            for (int attempt = 0; !isAnswered; attempt++)
            {
                Assert.True(attempt < 200);
                Assert.True(world.Client.TrySend(question, out int sent));
                Assert.Equal(question.Length, sent);
                int looks = 0;
                world.RunUntil(() =>
                {
                    while (world.Server.TryReceive(buffer, out SocketReceiveResult asked))
                        Assert.True(world.Server.TrySend(buffer.AsSpan(0, asked.Count), out _));
                    while (world.Client.TryReceive(buffer, out SocketReceiveResult answered))
                        isAnswered |= buffer.AsSpan(0, answered.Count).SequenceEqual(question);
                    return isAnswered || ++looks > 3;
                });
            }
        }

        Assert.Equal(0, world.Clock.Timers);
    }

    [Fact]
    public void Nothing_lost_nothing_waits()
    {
        using var world = new PolledWorld(seed: 1, lossPercent: 0);
        long start = world.Clock.GetTimestamp();
        world.RunUntil(() => world.Client.State == SocketState.Open && world.Server is not null);
        Assert.Equal(0, world.Clock.GetElapsedTime(start).Ticks / TimeSpan.TicksPerSecond);
        Assert.Equal(0, world.Clock.Timers);
        Assert.Equal(1, world.Places);
    }

    [Fact]
    public void An_unanswered_client_sends_its_flight_again_and_gives_up_when_its_time_is_over()
    {
        using var silent = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var clock = new CountingClock();
        SocketClientOptions options = new SocketClientOptions { DrivenByPoll = true, TimeProvider = clock, ConnectTimeout = TimeSpan.FromSeconds(10) }
            .UseDtls(new DtlsClientOptions { Trust = PeerTrust.DangerousAcceptAnyCertificate, Groups = [NamedGroup.Secp256r1] });
        using Socket client = Socket.StartConnect(silent.LocalEndPoint!, options);
        long start = clock.GetTimestamp();
        SocketFailureException? failure = null;
        while (failure is null)
        {
            Assert.False(client.Link.Progress());
            Assert.True(clock.AdvanceTo(client.Link.NextTimeout));
            failure = Record.Exception(() => client.Link.Progress()) as SocketFailureException;
        }

        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        Assert.InRange(clock.GetElapsedTime(start), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.1));
        Assert.Equal(long.MaxValue, client.Link.NextTimeout);
        int flights = 0;
        for (byte[] buffer = new byte[2000]; silent.Poll(0, SelectMode.SelectRead); flights++)
            silent.Receive(buffer);
        Assert.InRange(flights, 3, 10);
        Assert.Equal(0, clock.Timers);
    }

    [Fact]
    public void A_blocking_call_ends_with_the_handshake_it_drives()
    {
        using var silent = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketClientOptions options = new SocketClientOptions { DrivenByPoll = true, ConnectTimeout = TimeSpan.FromMilliseconds(50) }
            .UseDtls(new DtlsClientOptions { Trust = PeerTrust.DangerousAcceptAnyCertificate });
        using Socket client = Socket.StartConnect(silent.LocalEndPoint!, options);
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => client.Receive(new byte[10]));
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        Assert.IsType<DtlsException>(failure.InnerException);
    }
}
