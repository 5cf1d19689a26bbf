using System.Net;
using Sockets.Engine;
using Sockets.Links.Dtls;

namespace Sockets.Tests;

/// <summary>
/// A client, a server and a relay between them, moved on by the test's thread alone, on a clock that stands still until nobody
/// has anything to do.
/// </summary>
internal sealed class PolledWorld : IDisposable
{
    // Loopback delivers during the send; a few looks more cost nothing.
    private const int QuietLooks = 3;
    private const int MostSteps = 20_000;

    private readonly TestAuthority _authority = new();
    private readonly AcceptAdmission _admission = new(10);
    private readonly DtlsAcceptor _acceptor;
    private readonly LossyRelay _relay;

    public PolledWorld(ulong seed, int lossPercent, Action<DtlsServerOptions, TestAuthority>? configureServer = null, Action<DtlsClientOptions, TestAuthority>? configureClient = null)
    {
        var server = new DtlsServerOptions { Credentials = [_authority.ServerCredential()] };
        configureServer?.Invoke(server, _authority);
        var listening = new SocketListenerOptions { DrivenByPoll = true, TimeProvider = Clock, HandshakeTimeout = TimeSpan.FromMinutes(5) };
        _acceptor = (DtlsAcceptor)new DtlsServerLinks(server).BindDatagram(new IPEndPoint(IPAddress.Loopback, 0), listening, _admission, PortSharing.None);
        _relay = new LossyRelay(_acceptor.LocalEndPoint, seed, lossPercent);
        var client = new DtlsClientOptions { TargetHost = "localhost", Trust = _authority.Trust, HandshakeTimeout = TimeSpan.FromMinutes(5) };
        configureClient?.Invoke(client, _authority);
        var connecting = new SocketClientOptions { DrivenByPoll = true, TimeProvider = Clock, ConnectTimeout = TimeSpan.FromMinutes(5) };
        Client = Socket.StartConnect(_relay.EndPoint, connecting.UseDtls(client));
    }

    public CountingClock Clock { get; } = new();

    public Socket Client { get; }

    public Socket? Server { get; private set; }

    public int Lost => _relay.Lost;

    public int Places => _admission.Count;

    /// <summary>Goes on until the condition holds; time passes only when nothing else happens.</summary>
    public void RunUntil(Func<bool> condition)
    {
        int quiet = 0;
        for (int step = 0; !condition(); step++)
        {
            Assert.True(step < MostSteps, "Nothing comes of it.");
            Client.Link.Progress();
            _acceptor.Progress();
            if (Server is null && _acceptor.TryAccept(out Sockets.Links.SocketLink? link))
                Server = new Socket(link, SocketTransport.Datagram, Clock);
            if (_relay.Move())
                quiet = 0;
            else if (++quiet > QuietLooks)
                Assert.True(Clock.AdvanceTo(Math.Min(Client.Link.NextTimeout, _acceptor.NextTimeout)) || condition(), "Nobody has a timer, and nothing happens.");
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Server?.Dispose();
        _acceptor.DisposeAsync().AsTask().Wait(Waiting.HangGuard);
        _relay.Dispose();
        _authority.Dispose();
    }
}
