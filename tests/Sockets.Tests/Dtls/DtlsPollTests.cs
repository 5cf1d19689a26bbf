using System.Net;
using Sockets.Tests.Polling;

namespace Sockets.Tests;

/// <summary>DTLS in a poll: one thread drives both ends, handshakes, timers and verification.</summary>
public class DtlsPollTests
{
    public static MatrixTheoryData<bool, SocketPollMode> All => new(PollKinds.Both.Select(static row => row.Data), Enum.GetValues<SocketPollMode>());

    public static TheoryData<bool> Both => PollKinds.Both;

    [Theory]
    [MemberData(nameof(All))]
    public void Handshakes_data_and_the_end_on_one_thread(bool isPortable, SocketPollMode mode)
    {
        using var authority = new TestAuthority();
        using SocketPoll poll = PollKinds.Create(isPortable);
        EchoRun.Datagrams(poll, mode, Server(authority), Client(authority), clients: 12, datagramsEach: 30, "localhost");
    }

    /// <summary>Both drivers run in the background and only signal.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Drivers_in_the_background_wake_the_poll(bool isPortable, SocketPollMode mode)
    {
        using var authority = new TestAuthority();
        using SocketPoll poll = PollKinds.Create(isPortable);
        EchoRun.Datagrams(poll, mode, Server(authority, drivenByPoll: false), Client(authority, drivenByPoll: false), clients: 6, datagramsEach: 20, "localhost");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_certificate_that_is_refused_is_an_error_event_with_its_problem(bool isPortable)
    {
        using var authority = new TestAuthority();
        using SocketPoll poll = PollKinds.Create(isPortable);
        await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), Server(authority));
        poll.Add(listener);
        using Socket client = Socket.StartConnect(listener.LocalEndPoint, Client(authority), "wrong.example");
        poll.Add(client, SocketEvents.Connected, "client");
        SocketPollEvent found = poll.AwaitOne();
        Assert.Equal("client", found.UserData);
        Assert.Equal(SocketEvents.Error, found.Events);
        Assert.Equal(SocketFailureReason.CertificateRejected, found.Failure!.Reason);
        Assert.Equal(CertificateProblem.NameMismatch, found.Failure.CertificateProblem);
    }

    /// <summary>Nobody answers on that port: retransmissions, then the end, all by the poll's own timers.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public void A_handshake_that_takes_too_long_is_ended_by_the_poll(bool isPortable)
    {
        using var authority = new TestAuthority();
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var silent = new SystemSocket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketClientOptions options = Client(authority, configure: static dtls => dtls.HandshakeTimeout = TimeSpan.FromMilliseconds(600));
        using Socket client = Socket.StartConnect(silent.LocalEndPoint!, options, "localhost");
        poll.Add(client, SocketEvents.Connected);
        SocketPollEvent found = poll.AwaitOne();
        Assert.Equal(SocketEvents.Error, found.Events);
        Assert.Equal(SocketFailureReason.TimedOut, found.Failure!.Reason);
    }

    private static SocketListenerOptions Server(TestAuthority authority, bool drivenByPoll = true) =>
        new SocketListenerOptions { DrivenByPoll = drivenByPoll }.UseDtls(new DtlsServerOptions { Credentials = [authority.ServerCredential()] });

    private static SocketClientOptions Client(TestAuthority authority, bool drivenByPoll = true, Action<DtlsClientOptions>? configure = null)
    {
        var dtls = new DtlsClientOptions { Trust = authority.Trust };
        configure?.Invoke(dtls);
        return new SocketClientOptions { DrivenByPoll = drivenByPoll }.UseDtls(dtls);
    }
}
