using System;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets.Links;

/// <summary>
/// Takes the PROXY header, and not a byte more, off a connection. What is there is looked at first; what surely belongs to the
/// header is then taken, before there is a link on the connection. Drive it with <see cref="TryRead"/> or <see cref="ReadAsync"/>; the deadline is the caller's.
/// Any thread may, and another one may close the connection meanwhile: so what it reads into is nobody else's, before or after.
/// </summary>
internal sealed class ProxyHeaderReader
{
    private const int InitialSize = 256;

    private readonly SystemSocket _socket;
    private readonly SocketProxyOptions _options;
    private readonly Lock _gate = new();
    private byte[] _buffer = new byte[InitialSize];
    private int _taken;
    private SocketProxyInfo? _info;

    /// <param name="socket">Accepted from a trusted source, non-blocking, nothing read from it yet.</param>
    /// <param name="options">A snapshot.</param>
    public ProxyHeaderReader(SystemSocket socket, SocketProxyOptions options)
    {
        _socket = socket;
        _options = options;
    }

    /// <summary>Goes as far as it can without waiting; false: wait until the socket is readable.</summary>
    /// <exception cref="SocketFailureException">There is no valid header, or the connection is over.</exception>
    public bool TryRead([NotNullWhen(true)] out SocketProxyInfo? info)
    {
        lock (_gate)
        {
            info = _info ??= TryTakeHeader();
            return info is not null;
        }
    }

    /// <summary>As <see cref="TryRead"/>, and waits. After a cancellation it can go on where it was.</summary>
    public async ValueTask<SocketProxyInfo> ReadAsync(CancellationToken cancellationToken)
    {
        SocketProxyInfo? info;
        while (!TryRead(out info))
        {
            try
            {
                await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                throw SocketFailureException.From(exception, "Reading the PROXY header");
            }
        }

        return info;
    }

    private SocketProxyInfo? TryTakeHeader()
    {
        while (true)
        {
            int seen = _socket.Receive(_buffer.AsSpan(_taken), SocketFlags.Peek, out SocketError error);
            if (error == SocketError.WouldBlock)
                return null;
            if (error != SocketError.Success)
                throw SocketFailureException.From(error, "Reading the PROXY header");
            if (seen == 0)
                throw new SocketFailureException(SocketFailureReason.ProtocolError, "The connection ended before its PROXY header was complete.");
            switch (ProxyHeaderParser.Parse(_buffer.AsSpan(0, _taken + seen), _options.Versions, _options.MaxHeaderLength, out int length, out SocketProxyInfo? info, out ProxyHeaderProblem problem))
            {
                case ProxyHeaderStatus.Invalid:
                    throw new SocketFailureException(SocketFailureReason.ProtocolError, $"A connection from a trusted proxy {ProxyHeaderParser.Describe(problem)}.");
                case ProxyHeaderStatus.Done:
                    Take(length - _taken);
                    return info;
                default:
                    Take(seen);
                    if (length > _buffer.Length)
                        Array.Resize(ref _buffer, length);
                    break;
            }
        }
    }

    /// <summary>Takes what was seen: it is there, so this takes all of it at once.</summary>
    private void Take(int count)
    {
        while (count > 0)
        {
            int received = _socket.Receive(_buffer.AsSpan(_taken, count), SocketFlags.None, out SocketError error);
            if (error != SocketError.Success || received == 0)
                throw SocketFailureException.From(error == SocketError.Success ? SocketError.ConnectionReset : error, "Reading the PROXY header");
            _taken += received;
            count -= received;
        }
    }
}
