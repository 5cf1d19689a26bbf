using System;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using Sockets.Diagnostics;
using Sockets.Links;
using Sockets.Platform;

namespace Sockets.Engine;

/// <summary>
/// The way of an accepted connection from the system to the application: a place among all connections, the PROXY header and
/// the handshake, the queue of ready sockets. Each stage is bounded and one that is full holds up the one before it, so that what
/// cannot be served stays in the system's backlog (each loop keeps at most one connection in its hands meanwhile). Handshakes
/// run side by side. Shared by all loops of a listener.
/// </summary>
internal sealed partial class AcceptPipeline : IAsyncDisposable
{
    private readonly bool _refuseOverLimit;
    private readonly Action<EndPoint?, SocketFailureException>? _handshakeFailed;
    private readonly SocketProxyOptions? _proxy;
    private readonly SocketSettingList _settings;
    private readonly SemaphoreSlim _handshakes;
    private readonly Channel<Socket> _ready;
    private readonly CancellationTokenSource _aborting = new();
    private readonly TaskCompletionSource _handshakesEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1; // handshakes in the background, and the pipeline itself until it is told that nothing more comes
    private int _isFinishing;

    public AcceptPipeline(SocketListenerOptions options)
    {
        Links = options.Links;
        Transport = options.EffectiveTransport;
        TimeProvider = options.TimeProvider;
        HandshakeTimeout = options.HandshakeTimeout;
        Admission = new AcceptAdmission(options.MaxConnections);
        _refuseOverLimit = options.RefuseOverLimit;
        _handshakeFailed = options.HandshakeFailed;
        _proxy = options.Proxy?.Snapshot();
        _settings = options.Settings.Snapshot();
        Logger = options.Logger;
        _handshakes = new SemaphoreSlim(options.MaxHandshakes, options.MaxHandshakes);
        _ready = Channel.CreateBounded<Socket>(options.AcceptQueueLength);
    }

    public ServerLinkProvider Links { get; }

    /// <summary>Where the listener listens: set once it does.</summary>
    public EndPoint? LocalEndPoint { get; private set; }

    public SocketTransport Transport { get; }

    public TimeProvider TimeProvider { get; }

    public ILogger? Logger { get; }

    public TimeSpan HandshakeTimeout { get; }

    public TimeSpan HeaderTimeout => _proxy?.HeaderTimeout ?? Timeout.InfiniteTimeSpan;

    public AcceptGate Gate { get; } = new();

    public AcceptAdmission Admission { get; }

    public AcceptCounters Counters { get; } = new();

    public AcceptedSockets Active { get; } = new();

    public ChannelReader<Socket> Ready => _ready.Reader;

    /// <summary>Called, from any thread, when something became ready or there is room again. Must not block.</summary>
    public Action? Changed { get; set; }

    /// <summary>Handshakes that run in the background now: what must be 0 after the end.</summary>
    public int RunningHandshakes => Volatile.Read(ref _running) - 1 + Volatile.Read(ref _isFinishing);

    /// <summary>The listener has its address.</summary>
    public void Listening(EndPoint localEndPoint)
    {
        LocalEndPoint = localEndPoint;
        if (SocketsEventSource.Log.IsEnabled())
            SocketsEventSource.Log.Listening(localEndPoint.ToString()!, Links.Name);
        if (Logger is not null)
            SocketsLog.Listening(Logger, localEndPoint.ToString()!, Links.Name);
    }

    /// <summary>
    /// Takes over an accepted connection. Completes when the next may be accepted: when there was a place, and either a
    /// handshake may begin or the queue has room.
    /// </summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The link owns the socket, and whoever gets the link owns that.")]
    public async ValueTask TakeAsync(SystemSocket accepted)
    {
        if (!Admission.TryEnterAccepted() && !await EnterAsync(accepted).ConfigureAwait(false))
            return;
        if (Prepare(accepted) is not { } transport)
            return;
        bool isProxied = IsProxied(transport);
        if (Links.IsInstant && !isProxied)
        {
            await QueueAsync(Adopt(Links.Wrap(transport))).ConfigureAwait(false);
            return;
        }

        try
        {
            await _handshakes.WaitAsync(_aborting.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            transport.Abort();
            Admission.Exit();
            return;
        }

        Interlocked.Increment(ref _running);
        Counters.HandshakeBegins();
        _ = OpenAsync(transport, isProxied);
    }

    /// <summary>Makes the public face of a link, whose place goes over to it.</summary>
    public Socket Adopt(SocketLink link, SocketProxyInfo? proxied = null)
    {
        var socket = new Socket(link, Transport, TimeProvider);
        socket.SetProxied(proxied);
        Active.Add(socket);
        socket.OnDisposed(() =>
        {
            Active.Remove(socket);
            Admission.Exit();
            Changed?.Invoke();
        });
        if (link.IsOpen)
            CountAccepted();
        return socket;
    }

    /// <summary>Hands over to the application; waits while its queue is full.</summary>
    public async ValueTask QueueAsync(Socket socket)
    {
        try
        {
            await _ready.Writer.WriteAsync(socket, _aborting.Token).ConfigureAwait(false);
            Changed?.Invoke();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            socket.Abort();
        }
    }

    /// <summary>Moves the peers of a datagram socket into the queue until nothing more comes.</summary>
    public async Task PumpAsync(DatagramAcceptor acceptor)
    {
        bool goesOn = true;
        while (goesOn)
        {
            try
            {
                goesOn = await acceptor.WaitAsync(_aborting.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                goesOn = false;
            }

            while (acceptor.TryAccept(out SocketLink? link))
                await QueueAsync(Adopt(link)).ConfigureAwait(false);
        }
    }

    /// <summary>The system had nothing left for a connection, or whatever else the loop outlives by waiting.</summary>
    public void CountShortage(SocketException exception)
    {
        Counters.CountShortage();
        string endPoint = LocalEndPoint?.ToString() ?? "";
        try
        {
            if (SocketsEventSource.Log.IsEnabled())
                SocketsEventSource.Log.AcceptFailed(endPoint, exception.Message);
            if (Logger is not null)
                SocketsLog.AcceptFailed(Logger, endPoint, exception.Message);
        }
        catch
        {
            // Whoever listens must not end the loop.
        }
    }

    /// <summary>Counts a connection that did not come about, and tells who wants to know.</summary>
    public void Report(EndPoint? remote, Exception exception)
    {
        if (exception is OperationCanceledException && _aborting.IsCancellationRequested)
            return;
        SocketFailureException failure = exception switch
        {
            SocketFailureException known => known,
            OperationCanceledException => new SocketFailureException(SocketFailureReason.TimedOut, $"The handshake of {remote} did not complete in time.", exception),
            SocketException socketException => SocketFailureException.From(socketException, $"The handshake of {remote}"),
            _ => new SocketFailureException(SocketFailureReason.HandshakeFailed, $"The handshake of {remote} failed: {exception.Message.TrimEnd('.')}.", exception),
        };
        Counters.CountHandshakeFailure();
        try
        {
            SocketsMeter.Refused(Links.Name, failure.Reason);
            _handshakeFailed?.Invoke(remote, failure);
        }
        catch
        {
            // Whoever listens must not end the loop.
        }
    }

    /// <summary>No loop takes anything any more. Completes when every handshake has come to its end and is queued.</summary>
    public async ValueTask FinishAsync()
    {
        if (Interlocked.Exchange(ref _isFinishing, 1) == 0)
            RunningEnds();
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

    /// <summary>Whether a PROXY header must come first.</summary>
    private bool IsProxied(PlainLink transport) => _proxy is not null && _proxy.IsTrusted(transport.RemoteEndPoint);

    public ProxyHeaderReader CreateHeaderReader(PlainLink transport) => new(transport.TakeOver(), _proxy!);

    /// <summary>There was no place: waits for one, or refuses. False: the connection is gone.</summary>
    private async ValueTask<bool> EnterAsync(SystemSocket accepted)
    {
        if (!_refuseOverLimit)
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

        Refuse(accepted);
        return false;
    }

    private void Refuse(SystemSocket accepted)
    {
        Admission.CountRefusal();
        SocketsMeter.Refused(Links.Name, SocketFailureReason.LimitReached);
        Reset(accepted);
    }

    /// <summary>Null: the peer has gone meanwhile, or a required setting is refused; its place is free again.</summary>
    private PlainLink? Prepare(SystemSocket accepted)
    {
        EndPoint? remote = null;
        try
        {
            accepted.Blocking = false;
            remote = accepted.RemoteEndPoint;
            if (accepted.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
                accepted.NoDelay = true;
            _settings.Apply(accepted, SettingMoments.AfterAccept);
            return new PlainLink(accepted);
        }
        catch (Exception exception)
        {
            accepted.Dispose();
            Admission.Exit();
            Report(remote, exception);
            return null;
        }
    }

    /// <summary>One handshake, beside all others. Does not throw.</summary>
    private async Task OpenAsync(PlainLink transport, bool isProxied)
    {
        EndPoint? remote = transport.RemoteEndPoint;
        try
        {
            SocketLink link = transport;
            SocketProxyInfo? proxied = null;
            using (CancellationTokenSource deadline = Deadline.After(HandshakeTimeout, TimeProvider).CreateSource(_aborting.Token))
            {
                try
                {
                    if (isProxied)
                        proxied = await ReadHeaderAsync(transport, deadline.Token).ConfigureAwait(false);
                    link = Links.Wrap(transport);
                    link.Logger = Logger;
                    await link.OpenAsync(deadline.Token).ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    // A reset would overtake the alert that says what is wrong.
                    if (link != transport && exception is not OperationCanceledException)
                        await transport.LingerAsync(deadline.Token).ConfigureAwait(false);
                    link.Abort();
                    Admission.Exit();
                    Report(remote, exception);
                    return;
                }
            }

            await QueueAsync(Adopt(link, proxied)).ConfigureAwait(false);
        }
        finally
        {
            HandshakeEnded();
            RunningEnds();
        }
    }

    private async ValueTask<SocketProxyInfo> ReadHeaderAsync(PlainLink transport, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = Deadline.After(HeaderTimeout, TimeProvider).CreateSource(cancellationToken);
        return await CreateHeaderReader(transport).ReadAsync(deadline.Token).ConfigureAwait(false);
    }

    /// <summary>A handshake is over, however it went: its place is free.</summary>
    public void HandshakeEnded()
    {
        Counters.HandshakeEnds();
        _handshakes.Release();
        Changed?.Invoke();
    }

    private void RunningEnds()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _handshakesEnded.TrySetResult();
    }

    private void CountAccepted()
    {
        Counters.CountAccepted();
        SocketsMeter.Accepted(Links.Name);
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
