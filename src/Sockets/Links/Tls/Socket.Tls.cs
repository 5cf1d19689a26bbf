using System;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Diagnostics;
using Sockets.Links;
using Sockets.Links.Tls;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>
    /// Goes on under TLS, as the client, on a plain connection that has agreed to (STARTTLS). The socket is the same afterwards;
    /// when this does not succeed nothing can be sent in clear on it any more. No receive or send may be under way, and no pipe
    /// (<see cref="SocketAsync"/>) in use. What is a mistake of the call leaves the connection as it was.
    /// </summary>
    /// <param name="context">How.</param>
    /// <param name="targetHost">The name the server's certificate must carry, unless the context has one. Null: that of the context.</param>
    /// <param name="unprocessedBytes">How many bytes the application has received and not looked at yet. Any are refused.</param>
    /// <param name="cancellationToken">Gives up; the socket is to be disposed then.</param>
    /// <exception cref="InvalidOperationException">The connection is not a plain, open stream, or there is no name to verify.</exception>
    /// <exception cref="SocketFailureException">Something came in clear that would count as if it had come under TLS (<see cref="SocketFailureReason.ProtocolError"/>), or the handshake failed.</exception>
    public ValueTask UpgradeToTlsAsync(TlsClientContext context, string? targetHost = null, int unprocessedBytes = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return UpgradeToTlsAsync(plain => WrapForUpgradeToTls(context, targetHost, plain, unprocessedBytes), cancellationToken);
    }

    /// <summary>As <see cref="UpgradeToTlsAsync(TlsClientContext, string?, int, CancellationToken)"/>, as the server.</summary>
    /// <param name="context">How.</param>
    /// <param name="unprocessedBytes">How many bytes the application has received behind the request for TLS. Any are refused: they came in clear.</param>
    /// <param name="cancellationToken">Gives up; the socket is to be disposed then.</param>
    public ValueTask UpgradeToTlsAsync(TlsServerContext context, int unprocessedBytes = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return UpgradeToTlsAsync(plain => WrapForUpgradeToTls(context, plain, unprocessedBytes), cancellationToken);
    }

    /// <summary>
    /// As <see cref="UpgradeToTlsAsync(TlsClientContext, string?, int, CancellationToken)"/>, and returns at once, with the
    /// handshake to be made: a <see cref="SocketPoll"/>, or the next calls, do that on their thread.
    /// </summary>
    public void StartUpgradeToTls(TlsClientContext context, string? targetHost = null, int unprocessedBytes = 0)
    {
        ArgumentNullException.ThrowIfNull(context);
        StartUpgradeToTls(plain => WrapForUpgradeToTls(context, targetHost, plain, unprocessedBytes));
    }

    /// <summary>As <see cref="StartUpgradeToTls(TlsClientContext, string?, int)"/>, as the server.</summary>
    public void StartUpgradeToTls(TlsServerContext context, int unprocessedBytes = 0)
    {
        ArgumentNullException.ThrowIfNull(context);
        StartUpgradeToTls(plain => WrapForUpgradeToTls(context, plain, unprocessedBytes));
    }

    private static TlsLink WrapForUpgradeToTls(TlsClientContext context, string? targetHost, PlainLink plain, int unprocessedBytes)
    {
        string? name = context.NameFor(targetHost);
        TlsUpgrade.RequireNoReadAhead(unprocessedBytes);
        TlsUpgrade.RequireSilence(plain);
        return new TlsLink(plain, new TlsClientHandshake(context, name), context.Buffers);
    }

    private static SocketLink WrapForUpgradeToTls(TlsServerContext context, PlainLink plain, int unprocessedBytes)
    {
        TlsUpgrade.RequireNoReadAhead(unprocessedBytes);
        TlsUpgrade.RequireClientHello(plain);
        return context.Links.Wrap(plain);
    }

    private async ValueTask UpgradeToTlsAsync(Func<PlainLink, SocketLink> wrap, CancellationToken cancellationToken)
    {
        EnterUpgradeToTls();
        try
        {
            UpgradeToTls(wrap);
            await _link.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Upgrading the connection to");
        }
        finally
        {
            ExitUpgradeToTls();
        }
    }

    private void StartUpgradeToTls(Func<PlainLink, SocketLink> wrap)
    {
        EnterUpgradeToTls();
        try
        {
            UpgradeToTls(wrap);
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Upgrading the connection to");
        }
        finally
        {
            ExitUpgradeToTls();
        }
    }

    private void EnterUpgradeToTls()
    {
        if (IsPiped)
            throw new InvalidOperationException("The connection is read or written through a pipe, which holds what was received in clear or is to be sent so: upgrade first, then make the pipe.");
        _receiving.Enter();
        try
        {
            _sending.Enter();
        }
        catch
        {
            _receiving.Exit();
            throw;
        }
    }

    private void ExitUpgradeToTls()
    {
        _sending.Exit();
        _receiving.Exit();
    }

    private void UpgradeToTls(Func<PlainLink, SocketLink> wrap)
    {
        ThrowIfUnableToSend();
        SocketLink plain = _link;
        SocketLink secure = wrap(TlsUpgrade.RequirePlain(plain));
        secure.Changed = plain.Changed;
        secure.Logger = plain.Logger;
        lock (_receiving)
        {
            // A disposal from another thread has found the plain link, or will find this one.
            if (_isDisposed == 0)
            {
                _link = secure;
                SocketsMeter.Closed(plain.SecurityName);
                SocketsMeter.Opened(secure.SecurityName);
            }
        }

        if (_isDisposed != 0)
            secure.Dispose();
        ThrowIfUnusable();
        _poll.SignalChange();
    }
}
