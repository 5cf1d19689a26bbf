using System;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets;

/// <summary>
/// The queueing face of a <see cref="Sockets.Socket"/>, whatever its security. Per direction one of two: operations, any
/// number of which may be submitted at once, are carried out and completed in order; or a pipe, with loops, buffers and
/// back-pressure of its own. Nothing runs until it is used. It owns the socket, which is not to be used beside it in the same direction.
/// </summary>
public sealed partial class SocketAsync : IDuplexPipe, IAsyncDisposable
{
    private readonly SocketAsyncOptions _options;
    private int _inputFace;
    private int _outputFace;
    private int _isDisposed;

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">Connected or on its way; disposed with this.</param>
    /// <param name="options">Best one for many sockets. Null: the defaults, shared by all who give none.</param>
    public SocketAsync(Socket socket, SocketAsyncOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Socket = socket;
        _options = options ?? SocketAsyncOptions.Default;
    }

    /// <summary>The socket: for its addresses, its security and its settings.</summary>
    public Socket Socket { get; }

    /// <summary>
    /// Ends our side of a stream in good order: waits until everything that was queued, or flushed to <see cref="Output"/>,
    /// was accepted, and announces the end. Completes <see cref="Output"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, and not the sending.</param>
    public async ValueTask ShutdownSendAsync(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _outputFace) == Face.Pipe)
        {
            await EndOutputAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        SendOperations sends = UseSends();
        await sends.WhenAtRestAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        await Socket.ShutdownSendAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Closes the socket and ends what runs: queued operations fail in order with <see cref="SocketFailureReason.Closed"/>, pipes are
    /// completed and their buffers go back. Where something was still to be sent, it is lost and a stream is reset, so that the
    /// peer does not take what it has for all of it: <see cref="ShutdownSendAsync"/> before it makes sure.
    /// Nobody may be reading <see cref="Input"/>'s buffers or writing <see cref="Output"/>'s meanwhile.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        SendOperations? sends = Volatile.Read(ref _sends);
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            if (_isUnsent || sends is { IsAtRest: false })
                Socket.Abort();
            else
                Socket.Dispose();
        }

        if (sends is not null)
            await sends.WhenAtRestAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _receives) is { } receives)
            await receives.WhenAtRestAsync().ConfigureAwait(false);
        await EndPipesAsync().ConfigureAwait(false);
    }

    /// <summary>Settles how a direction is used, by its first use.</summary>
    private static void Use(ref int field, int face, string pipe)
    {
        int current = Volatile.Read(ref field);
        if (current == Face.None)
            current = Interlocked.CompareExchange(ref field, face, Face.None);
        if (current != Face.None && current != face)
        {
            throw new InvalidOperationException(face == Face.Pipe
                ? $"Operations were queued in this direction: {pipe} cannot be used as well."
                : $"{pipe} is in use: operations cannot be queued in this direction as well.");
        }
    }

    private static class Face
    {
        public const int None = 0;
        public const int Operations = 1;
        public const int Pipe = 2;
    }
}
