using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>The world outside a <see cref="Dialer{TConnection}"/>. Neither method may block; both may be running several times at once.</summary>
internal interface IDialerHost<TConnection>
{
    /// <summary>The addresses of one family, best first; a failure is that family's alone.</summary>
    ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>
    /// One attempt. A SocketException, an IOException or an OperationCanceledException is a failed attempt; anything else is a mistake
    /// of this side and ends the whole. An attempt that is cancelled leaves nothing behind.
    /// </summary>
    ValueTask<TConnection> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken);
}
