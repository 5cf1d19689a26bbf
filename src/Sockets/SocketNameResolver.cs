using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets;

/// <summary>Turns host names into addresses. Derive from it to bring a resolver of your own (service discovery, a test's table, DNS over something).</summary>
/// <remarks>
/// A client asks for IPv6 and IPv4 at the same time, in two calls, and goes on with whichever answer it has (RFC 8305 §3): an
/// implementation may be called from any thread, several times at once, and must not block its caller.
/// </remarks>
public abstract class SocketNameResolver
{
    /// <summary>
    /// What the operating system knows: its hosts file, its name servers, its order of addresses (RFC 6724). Look-ups cannot be
    /// interrupted there, so they run on a bounded number of threads of their own, and callers who ask for the same name at the
    /// same time share one. localhost and names under it are the loopback addresses, and names under invalid do not exist (RFC 6761 §6).
    /// </summary>
    public static SocketNameResolver System { get; } = new SystemNameResolver();

    /// <summary>Looks up the addresses of one family.</summary>
    /// <param name="host">A host name; never empty, never an IP address.</param>
    /// <param name="family"><see cref="AddressFamily.InterNetworkV6"/> or <see cref="AddressFamily.InterNetwork"/>.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the answer any more.</param>
    /// <returns>The addresses, best first; none when the name has no address of this family.</returns>
    /// <exception cref="SocketException">The name does not exist or could not be looked up.</exception>
    public abstract ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken = default);
}
