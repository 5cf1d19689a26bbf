using System;
using System.Net;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>
/// Connects to a host by name or address: both families looked up at once, their addresses raced (Happy Eyeballs version 2, RFC 8305),
/// all under one deadline. Holds nothing between two calls, and may be used from any thread.
/// </summary>
internal sealed class Dialer<TConnection>(IDialerHost<TConnection> outside, DialerOptions options) where TConnection : class, IDisposable
{
    /// <summary>The first connection that succeeds; every other one is disposed.</summary>
    /// <param name="host">A name, or an address; an IPv6 address may stand in brackets and carry a scope (RFC 4007 §11).</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="deadline">Over everything that happens in here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SocketFailureException">None could be made: the message tells what was tried and why each failed; TimedOut when the deadline passed.</exception>
    public ValueTask<TConnection> ConnectAsync(string host, int port, Deadline deadline, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        if (host.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A host name does not contain a NUL character.", nameof(host));
        if (host.StartsWith('[') && !host.EndsWith(']'))
            throw new ArgumentException("An IPv6 address in brackets ends with the bracket; the port is given by itself.", nameof(host));
        var dial = new Dial<TConnection>(outside, options, host, port, deadline);
        return dial.RunAsync(cancellationToken);
    }
}
