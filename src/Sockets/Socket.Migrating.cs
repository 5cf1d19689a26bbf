using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>
    /// A DTLS client goes on from another port or address, without a handshake. Everything stays where it was until the server
    /// has answered there. Both sides need connection IDs; one of 0 bytes is enough here. Not where a poll drives the socket.
    /// </summary>
    /// <param name="localEndPoint">Where from; port 0 for any. Null: the system chooses the address too.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <returns>True: it has moved. False: no answer came that way; it goes on where it was.</returns>
    /// <exception cref="System.InvalidOperationException">This socket cannot move; the message says why.</exception>
    /// <exception cref="SocketFailureException">The system has no such address, or the connection is over.</exception>
    public async ValueTask<bool> MigrateAsync(IPEndPoint? localEndPoint = null, CancellationToken cancellationToken = default)
    {
        ThrowIfUnusable();
        try
        {
            return await _link.MigrateAsync(localEndPoint, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            // The connection is none the worse for it.
            throw SocketFailureException.From(exception, $"Moving to {localEndPoint?.ToString() ?? "another port"}");
        }
    }
}
