using System.Net;
using Sockets.Links;
using Sockets.Tests.Polling;

namespace Sockets.Tests.Tls;

/// <summary>TLS in a poll: one thread drives both ends.</summary>
public class TlsPollTests
{
    public static MatrixTheoryData<bool, SocketPollMode> All => new(PollKinds.Both.Select(static row => row.Data), Enum.GetValues<SocketPollMode>());

    public static TheoryData<bool> Both => PollKinds.Both;

    private static SocketListenerOptions Server => new SocketListenerOptions { DrivenByPoll = true }.UseTls(TlsIdentity.ServerOptions());

    private static SocketClientOptions Client => new SocketClientOptions { DrivenByPoll = true }.UseTls(TlsIdentity.ClientOptions());

    [Theory]
    [MemberData(nameof(All))]
    public void Handshakes_data_and_the_end_on_one_thread(bool isPortable, SocketPollMode mode)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        EchoRun.Streams(poll, mode, Server, Client, clients: 12, bytesEach: 100_000, TlsPair.HostName);
    }

    /// <summary>Under a task scheduler the continuations of SslStream hop to the thread pool: their completion wakes the poll.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Continuations_that_hop_to_the_thread_pool_wake_the_poll(bool isPortable, SocketPollMode mode)
    {
        var scheduler = new ConcurrentExclusiveSchedulerPair();
        await Task.Factory.StartNew(
            () =>
            {
                using SocketPoll poll = PollKinds.Create(isPortable);
                EchoRun.Streams(poll, mode, Server, Client, clients: 4, bytesEach: 20_000, TlsPair.HostName);
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            scheduler.ExclusiveScheduler).WaitAsync(Waiting.HangGuard);
    }

    /// <summary>Accepted and handshaken in the background, then driven here.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public void A_listener_in_the_background_hands_its_sockets_to_the_poll(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        SocketListenerOptions server = new SocketListenerOptions().UseTls(TlsIdentity.ServerOptions());
        EchoRun.Streams(poll, SocketPollMode.Level, server, Client, clients: 8, bytesEach: 30_000, TlsPair.HostName);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void The_users_interest_is_his_own_all_through_the_handshake(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new Ends(TlsPair.Closed(TlsIdentity.CreateClient(), TlsIdentity.CreateServer()));
        poll.Add(pair.Client, SocketEvents.Connected | SocketEvents.Writable, "client");
        poll.Add(pair.Server, SocketEvents.Connected, "server");
        var seen = new List<(object? UserData, SocketEvents Events)>();
        while (!seen.Any(static found => found is ("client", _)) || !seen.Any(static found => found is ("server", _)))
            seen.AddRange(poll.Await());
        Assert.All(seen, static found => Assert.Equal(SocketEvents.None, found.Events & ~(SocketEvents.Connected | SocketEvents.Writable)));
        Assert.Single(seen, static found => found is ("client", _) && found.Events.HasFlag(SocketEvents.Connected));
        Assert.Equal([("server", SocketEvents.Connected)], seen.Where(static found => found is ("server", _)));
        Assert.Equal(SocketState.Open, pair.Client.State);
        Assert.Equal("client", poll.GetUserData(pair.Client));
        poll.Modify(pair.Client, SocketEvents.Readable);
        Assert.Empty(poll.Look());
    }

    /// <summary>One record is decrypted whole; what the receive leaves is readable, though the system has nothing more.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Bytes_that_are_decrypted_already_are_readable(bool isPortable, SocketPollMode mode)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        await using TlsPair pair = await TlsPair.OpenAsync(TlsIdentity.CreateClient(), TlsIdentity.CreateServer());
        poll.Add(pair.Server, SocketEvents.Readable, "a", mode);
        await pair.Client.SendAsync(new byte[1000]);
        Assert.Equal([("a", SocketEvents.Readable)], poll.Await());
        byte[] buffer = new byte[100];
        for (int i = 1; i < 10; i++)
        {
            Assert.True(pair.Server.TryReceive(buffer, out SocketReceiveResult result));
            Assert.Equal(100, result.Count);
            if (mode == SocketPollMode.OneShot)
                poll.Modify(pair.Server, SocketEvents.Readable);
            if (mode != SocketPollMode.Edge)
                Assert.Equal([("a", SocketEvents.Readable)], poll.Look());
        }

        Assert.False(pair.Server.Link.Underlying!.Poll(0, System.Net.Sockets.SelectMode.SelectRead));
        Assert.True(pair.Server.TryReceive(buffer, out _));
        Assert.False(pair.Server.TryReceive(buffer, out _));
        if (mode == SocketPollMode.OneShot)
            poll.Modify(pair.Server, SocketEvents.Readable);
        Assert.DoesNotContain(poll.Look(), static found => found.Events.HasFlag(SocketEvents.Readable));
        await pair.Client.SendAsync(new byte[10]);
        Assert.Equal([("a", SocketEvents.Readable)], poll.Await());
    }

    /// <summary>Nobody asks for writability: the poll sends what is queued all the same, and says Writable only afterwards.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public async Task Queued_ciphertext_goes_out_whatever_the_users_mask_is(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        await using TlsPair pair = await TlsPair.OpenAsync(TlsIdentity.CreateClient(), TlsIdentity.CreateServer(), bufferSize: 8192);
        int sent = 0;
        byte[] piece = new byte[16_000];
        poll.Add(pair.Client, SocketEvents.Writable, "client");
        do
        {
            while (pair.Client.TrySend(piece, out int count))
                sent += count;
        }
        while (poll.Look().Count > 0); // what is on its way to the other end makes room late when the machine is busy

        Assert.Equal(LinkWants.Write, pair.Client.Link.Wants & LinkWants.Write);
        poll.Modify(pair.Client, SocketEvents.None);
        poll.Add(pair.Server, SocketEvents.Readable, "server");
        int received = 0;
        byte[] buffer = new byte[4096];
        while (received < sent)
        {
            Assert.Equal([("server", SocketEvents.Readable)], poll.Await());
            if (pair.Server.TryReceive(buffer, out SocketReceiveResult result))
                received += result.Count;
        }

        Assert.Equal(sent, received);
        poll.Modify(pair.Client, SocketEvents.Writable);
        poll.Remove(pair.Server);
        Assert.Equal([("client", SocketEvents.Writable)], poll.Await());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_certificate_that_is_refused_is_an_error_event_with_its_problem(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new Ends(TlsPair.Closed(TlsIdentity.CreateClient(), TlsIdentity.CreateServer(), host: "other.example"));
        poll.Add(pair.Client, SocketEvents.Connected, "client", SocketPollMode.Edge);
        poll.Add(pair.Server, SocketEvents.None, "server");
        var events = new SocketPollEvent[4];
        SocketPollEvent? found = null;
        while (found is null)
        {
            int count = poll.Wait(events, Waiting.HangGuard);
            Assert.NotEqual(0, count);
            found = events.Take(count).Cast<SocketPollEvent?>().FirstOrDefault(static found => found!.Value.UserData is "client");
            if (events.Take(count).Any(static found => found.UserData is "server"))
                poll.Remove(pair.Server);
        }

        Assert.Equal(SocketEvents.Error, found.Value.Events);
        Assert.Equal(SocketFailureReason.CertificateRejected, found.Value.Failure!.Reason);
        Assert.Equal(CertificateProblem.NameMismatch, found.Value.Failure.CertificateProblem);
        SocketFailureException again = Assert.Throws<SocketFailureException>(() => pair.Client.TryReceive(new byte[1], out _));
        Assert.Equal(CertificateProblem.NameMismatch, again.CertificateProblem);
    }

    /// <summary>A peer that never answers: the deadline of the handshake ends the wait.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public void A_handshake_that_takes_too_long_is_ended_by_the_poll(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        (SystemSocket near, SystemSocket far) = TlsPair.Tcp(null);
        using (far)
        {
            SocketLink link = TlsIdentity.CreateClient(static options => options.HandshakeTimeout = TimeSpan.FromMilliseconds(50)).Links.Wrap(new PlainLink(near), TlsPair.HostName);
            using var client = new Socket(link, SocketTransport.Stream, TimeProvider.System);
            poll.Add(client, SocketEvents.Connected);
            SocketPollEvent found = poll.AwaitOne();
            Assert.Equal(SocketEvents.Error, found.Events);
            Assert.Equal(SocketFailureReason.TimedOut, found.Failure!.Reason);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_refused_connection_is_an_error_under_TLS_too(bool isPortable)
    {
        using var silent = new SystemSocket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, and not listening
        using SocketPoll poll = PollKinds.Create(isPortable);
        using Socket client = Socket.StartConnect(silent.LocalEndPoint!, Client);
        poll.Add(client, SocketEvents.Connected);
        SocketPollEvent found = poll.AwaitOne();
        Assert.Equal(SocketFailureReason.ConnectionRefused, found.Failure!.Reason);
    }

    private sealed class Ends(TlsPair pair) : IDisposable
    {
        public Socket Client => pair.Client;

        public Socket Server => pair.Server;

        public void Dispose()
        {
            pair.Client.Dispose();
            pair.Server.Dispose();
        }
    }
}
