using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Diagnostics;

namespace Sockets.Links.Tls;

internal sealed partial class TlsLink
{
    private Task? _task;
    private Task? _opening;
    private long _deadline = long.MaxValue;
    private bool _isCounted;
    private HandshakeScope? _scope;

    public override long NextTimeout => _isOpen || _failure is not null ? long.MaxValue : _plain.IsOpen ? _deadline : _plain.NextTimeout;

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        while (!_isOpen)
        {
            Task opening;
            lock (_transport.ReadLock)
                opening = _opening is null || _opening.IsCompleted ? _opening = OpenObservedAsync(cancellationToken) : _opening;
            try
            {
                await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Another caller, who had begun it, has given up; this one goes on.
            }
        }
    }

    /// <summary>The failure of one that nobody waits for any more is no unobserved one.</summary>
    private Task OpenObservedAsync(CancellationToken cancellationToken)
    {
        Task opening = OpenCoreAsync(cancellationToken);
        _ = opening.ContinueWith(
            static opening => _ = opening.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return opening;
    }

    private async Task OpenCoreAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the caller holds the lock
        await _plain.OpenAsync(cancellationToken).ConfigureAwait(false);
        StartClock();
        using CancellationTokenSource time = _handshake.CreateTimer(_deadline);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            while (!TryHandshake())
                await WaitForTransportAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw EndHandshake(_handshake.CreateTimeout(_peer));
        }
    }

    private void StartClock()
    {
        if (_deadline == long.MaxValue)
            _deadline = _handshake.CreateDeadline();
    }

    /// <summary>Brings the handshake as far as the system's socket allows. True: it is done.</summary>
    private bool TryHandshake()
    {
        lock (_transport.ReadLock)
        {
            ThrowIfFailed();
            if (_isOpen)
                return true;
            if (_transport.IsFilling || _isPumping)
                return false; // someone else is at it, or this is called by the application's code from inside it
            using var inline = InlineContinuations.Enter();
            EnterPump();
            try
            {
                return PumpHandshake();
            }
            catch (Exception exception)
            {
                throw EndHandshake(exception);
            }
            finally
            {
                ExitPump();
            }
        }
    }

    private bool PumpHandshake()
    {
        if (!_plain.Progress())
            return false;
        StartClock();
        if (_task is null)
        {
            _scope = new HandshakeScope(SecurityName, _handshake.IsServer, RemoteEndPoint, _handshake.TargetName, _handshake.TimeProvider, Logger);
            _handshake.Enter(_peer);
            _isCounted = true;
            _task = _handshake.BeginAsync(_ssl);
            _ = _task.ContinueWith(static (task, link) => ((TlsLink)link!).OnHandshakeCompleted(task), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        do
        {
            _transport.BeginTurn(); // what a peer can say in a handshake is bounded
            _transport.FlushQueue();
            _transport.ReleaseWriter();
        }
        while (!_task.IsCompleted && _transport.Fill());
        _transport.FlushQueue();
        if (!_task.IsCompleted)
            return _handshake.IsExpired(_deadline) ? throw _handshake.CreateTimeout(_peer) : false;
        _task.GetAwaiter().GetResult();
        _handshake.Complete(_ssl);
        LeaveHandshake();
        _scope?.Complete(_handshake.Security!.Protocol, _handshake.Security.CipherSuite);
        _isOpen = true;
        return true;
    }

    private void OnHandshakeCompleted(Task task)
    {
        _ = task.Exception; // looked at, whether or not anybody pumps again
        if (!_transport.ReadLock.IsHeldByCurrentThread)
            SignalMove();
    }

    /// <summary>Keeps the failure; the certificate's verdict says more than what SslStream makes of it.</summary>
    private SocketFailureException EndHandshake(Exception exception)
    {
        LeaveHandshake();
        if (_failure is not null)
            return _failure;
        SocketFailureException failure = _failure = _handshake.Explain(exception) ?? Describe(exception);
        _scope?.Fail(failure.Reason, failure.Message);
        try
        {
            if (_handshake.FarewellAlert.Length > 0)
                _transport.Write(_handshake.FarewellAlert);
            _transport.FlushQueue();
        }
        catch (SocketException)
        {
            // The peer is gone already.
        }
        catch (ObjectDisposedException)
        {
            // So are we.
        }

        return failure;
    }

    private void LeaveHandshake()
    {
        lock (_transport.ReadLock)
        {
            if (_isCounted)
                _handshake.Leave();
            _isCounted = false;
        }
    }
}
