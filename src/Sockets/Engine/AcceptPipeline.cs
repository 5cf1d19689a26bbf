using System;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Sockets.Links;

namespace Sockets.Engine;

/// <summary>
/// The way of an accepted connection from the system to the application: a place among all connections, the handshake, the
/// queue of ready sockets. Each stage is bounded and one that is full holds up the one before it, so that what cannot be served
/// stays in the system's backlog. Handshakes run side by side. Shared by all loops of a listener.
/// </summary>
internal sealed class AcceptPipeline : IAsyncDisposable
{
    private readonly ServerLinkProvider _links;
    private readonly bool _refuseOverLimit;
    private readonly TimeSpan _handshakeTimeout;
    private readonly Action<EndPoint?, SocketFailureException>? _handshakeFailed;
    private readonly SemaphoreSlim _handshakes;
    private readonly Channel<Socket> _ready;
    private readonly CancellationTokenSource _aborting = new();
    private readonly TaskCompletionSource _handshakesEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1; // the pipeline itself, until it is told that nothing more comes

    public AcceptPipeline(SocketListenerOptions options)
    {
        _links = options.Links;
        _refuseOverLimit = options.RefuseOverLimit;
        _handshakeTimeout = options.HandshakeTimeout;
        _handshakeFailed = options.HandshakeFailed;
        TimeProvider = options.TimeProvider;
        Transport = options.EffectiveTransport;
        Admission = new AcceptAdmission(options.MaxConnections);
        _handshakes = new SemaphoreSlim(options.MaxHandshakes, options.MaxHandshakes);
        _ready = Channel.CreateBounded<Socket>(options.AcceptQueueLength);
    }

    public TimeProvider TimeProvider { get; }

    public SocketTransport Transport { get; }

    public AcceptGate Gate { get; } = new();

    public AcceptAdmission Admission { get; }

    public AcceptCounters Counters { get; } = new();

    public AcceptedSockets Active { get; } = new();

    public ChannelReader<Socket> Ready => _ready.Reader;

    /// <summary>
    /// Takes over an accepted connection. Completes when the next may be accepted: when there was a place, and either a
    /// handshake may begin or the queue has room.
    /// </summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The link owns the socket, and whoever gets the link owns that.")]
    public async ValueTask TakeAsync(SystemSocket accepted)
    {
        if (!Admission.TryEnter())
        {
            if (_refuseOverLimit)
            {
                Admission.CountRefusal();
                Reset(accepted);
                return;
            }

            if (!await EnterAsync(accepted).ConfigureAwait(false))
                return;
        }

        bool isOurs = true; // the place
        try
        {
            PlainLink transport = Prepare(accepted);
            if (_links.IsInstant)
            {
                isOurs = false;
                await QueueAsync(Adopt(_links.Wrap(transport), null)).ConfigureAwait(false);
                return;
            }

            await _handshakes.WaitAsync(_aborting.Token).ConfigureAwait(false);
            isOurs = false;
            Interlocked.Increment(ref _running);
            Counters.HandshakeBegins();
            _ = OpenAsync(transport);
        }
        catch (Exception exception)
        {
            accepted.Dispose();
            if (isOurs)
                Admission.Exit();
            if (exception is not (SocketException or OperationCanceledException))
                throw;
        }
    }

    /// <summary>Makes the public face of a link, whose place goes over to it.</summary>
    public Socket Adopt(SocketLink link, EndPoint? remote)
    {
        _ = remote;
        var socket = new Socket(link, Transport, TimeProvider);
        Active.Add(socket);
        Counters.CountAccepted();
        socket.OnDisposed(() =>
        {
            Active.Remove(socket);
            Admission.Exit();
        });
        return socket;
    }

    /// <summary>Hands over to the application; waits while its queue is full.</summary>
    public async ValueTask QueueAsync(Socket socket)
    {
        try
        {
            await _ready.Writer.WriteAsync(socket, _aborting.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            socket.Abort();
        }
    }

    /// <summary>No loop takes anything any more. Completes when every handshake has come to its end and is queued.</summary>
    public async ValueTask FinishAsync()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _handshakesEnded.TrySetResult();
        await _handshakesEnded.Task.ConfigureAwait(false);
        _ready.Writer.TryComplete();
    }

    /// <summary>Ends handshakes and waits.</summary>
    public void Abort() => _aborting.Cancel();

    /// <summary>Ends what was not handed out yet; after the loops.</summary>
    public async ValueTask DisposeAsync()
    {
        Abort();
        await FinishAsync().ConfigureAwait(false);
        while (_ready.Reader.TryRead(out Socket? socket))
            socket.Abort();
        Gate.Dispose();
    }

    private async ValueTask<bool> EnterAsync(SystemSocket accepted)
    {
        try
        {
            await Admission.EnterAsync(_aborting.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            Reset(accepted);
            return false;
        }
    }

    /// <summary>One handshake, beside all others. Does not throw.</summary>
    private async Task OpenAsync(PlainLink transport)
    {
        EndPoint? remote = transport.RemoteEndPoint;
        SocketLink link = transport;
        try
        {
            using (CancellationTokenSource deadline = Deadline.After(_handshakeTimeout, TimeProvider).CreateSource(_aborting.Token))
            {
                try
                {
                    link = _links.Wrap(transport);
                    await link.OpenAsync(deadline.Token).ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    link.Abort();
                    Admission.Exit();
                    Report(remote, exception);
                    return;
                }
            }

            await QueueAsync(Adopt(link, remote)).ConfigureAwait(false);
        }
        finally
        {
            Counters.HandshakeEnds();
            _handshakes.Release();
            if (Interlocked.Decrement(ref _running) == 0)
                _handshakesEnded.TrySetResult();
        }
    }

    private void Report(EndPoint? remote, Exception exception)
    {
        if (exception is OperationCanceledException && _aborting.IsCancellationRequested)
            return;
        Counters.CountHandshakeFailure();
        SocketFailureException failure = exception switch
        {
            SocketFailureException known => known,
            OperationCanceledException => new SocketFailureException(SocketFailureReason.TimedOut, $"The handshake of {remote} did not complete within {_handshakeTimeout.TotalSeconds:0.###} s.", exception),
            SocketException socketException => SocketFailureException.From(socketException, $"The handshake of {remote}"),
            _ => new SocketFailureException(SocketFailureReason.HandshakeFailed, $"The handshake of {remote} failed: {exception.Message.TrimEnd('.')}.", exception),
        };
        try
        {
            _handshakeFailed?.Invoke(remote, failure);
        }
        catch
        {
            // Whoever listens must not end the loop.
        }
    }

    private static PlainLink Prepare(SystemSocket accepted)
    {
        accepted.Blocking = false;
        if (accepted.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            accepted.NoDelay = true;
        return new PlainLink(accepted);
    }

    private static void Reset(SystemSocket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException)
        {
            // Closing it says enough.
        }

        socket.Dispose();
    }
}
