using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets.Links.Dtls;

/// <summary>The dialer's world of names and DTLS handshakes: an address answers when its handshake is done.</summary>
internal sealed class DtlsDialerHost(DtlsClientLinks links, string host, SocketClientOptions options) : IDialerHost<DtlsLink>
{
    private readonly List<DtlsChannel> _attempts = [];

    /// <summary>A host that has never answered but with the ICMP message that nobody listens there: a hint when everything else fails too.</summary>
    public IPEndPoint? RefusedBy
    {
        get
        {
            lock (_attempts)
                return _attempts.Find(static attempt => attempt.Driver.LastSocketError == SocketError.ConnectionRefused && attempt.Statistics.DatagramsReceived == 0)?.RemoteEndPoint;
        }
    }

    public ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken) =>
        options.NameResolver.ResolveAsync(host, family, cancellationToken);

    public async ValueTask<DtlsLink> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        DtlsChannel channel = links.Begin(endPoint, host, options);
        lock (_attempts)
            _attempts.Add(channel);
        var link = new DtlsLink(channel, ownsDriver: true);
        try
        {
            await link.OpenAsync(cancellationToken).ConfigureAwait(false);
            return link;
        }
        catch (SocketFailureException failure)
        {
            link.Dispose();
            if (failure.Reason is SocketFailureReason.TimedOut or SocketFailureReason.ConnectionRefused)
                throw;
            throw new HandshakeRefusedException(failure);
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }
}
