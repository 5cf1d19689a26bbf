using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Engine;

namespace Sockets.Links.Dtls;

/// <summary>One UDP port of a DTLS server: its driver, and the peers whose handshake is done and that nobody has taken yet.</summary>
internal sealed class DtlsAcceptor : DatagramAcceptor, IDriverOwner
{
    private readonly DatagramDriver _driver;
    private readonly AcceptAdmission _admission;
    private readonly int _queueLimit;

    /// <summary>Covers what follows. Taken inside the driver's gate, never around it.</summary>
    private readonly Lock _gate = new();
    private readonly Queue<DtlsLink> _ready = new();
    private int _handshakes;
    private long _dropped;
    private bool _isStopped;
    private bool _isClosed;

    public DtlsAcceptor(UdpPort port, DtlsEndpointConfig config, DtlsServerOptions options, DriverMode mode, AcceptAdmission admission)
    {
        _admission = admission;
        _queueLimit = options.Backlog;
        _driver = new DatagramDriver(port, config, config.Server!.MaxDatagramSize, options, targetHost: null, mode)
        {
            Admitting = TryAdmit,
            Abandoned = OnAbandoned,
            Accepted = TryQueue,
            EarlyDataReceived = options.EarlyDataReceived,
            HandshakeFailed = (remote, failure) =>
            {
                options.HandshakeFailed?.Invoke(remote, failure);
                HandshakeFailed?.Invoke(remote, DtlsFailures.Translate(failure));
            },
        };
        _driver.Owner = this;
    }

    public override IPEndPoint LocalEndPoint => _driver.LocalEndPoint;

    public override SystemSocket Underlying => _driver.Socket;

    public override long Dropped => Interlocked.Read(ref _dropped);

    public override int QueueLength
    {
        get
        {
            lock (_gate)
                return _ready.Count;
        }
    }

    public override long NextTimeout => _driver.NextTimeout;

    void IDriverOwner.OnDriverChanged() => Changed?.Invoke();

    public override void Start() => _driver.Start();

    public override bool Progress() => _driver.Pump();

    public override bool TryAccept([NotNullWhen(true)] out SocketLink? link)
    {
        lock (_gate)
        {
            bool isAny = _ready.TryDequeue(out DtlsLink? next);
            link = next;
            return isAny;
        }
    }

    public override async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        _driver.BeginWait();
        try
        {
            return await base.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _driver.EndWait();
        }
    }

    public override void StopAccepting()
    {
        lock (_gate)
        {
            _isStopped = true;
            if (_handshakes > 0)
                return;
        }

        Complete();
    }

    /// <summary>Saves what can be saved, those that nobody has taken yet too, and ends.</summary>
    public IReadOnlyList<DtlsSavedConnection> SaveAll(DtlsStateProtector protector)
    {
        StopAccepting();
        return _driver.SaveAll(protector, stops: true);
    }

    /// <summary>Goes on with a connection that was saved. The caller has a place for it.</summary>
    public DtlsRestoreResult TryRestore(DtlsStateProtector protector, ReadOnlySpan<byte> state, out SocketLink? link)
    {
        DtlsRestoreResult result = _driver.TryRestore(null, protector, state, null, out DtlsChannel? channel);
        link = channel is null ? null : new DtlsLink(channel, ownsDriver: false);
        return result;
    }

    public override async ValueTask DisposeAsync()
    {
        DtlsLink[] unaccepted;
        lock (_gate)
        {
            _isStopped = _isClosed = true;
            unaccepted = [.. _ready];
            _ready.Clear();
        }

        foreach (DtlsLink link in unaccepted)
        {
            link.Abort();
            _admission.Exit();
        }

        await _driver.DisposeAsync().ConfigureAwait(false);
        Complete();
    }

    /// <summary>A new peer has returned its cookie: there is a place for it, or it is forgotten.</summary>
    private bool TryAdmit()
    {
        lock (_gate)
        {
            if (_isStopped)
                return false;
            if (!_admission.TryEnter())
            {
                _admission.CountRefusal();
                return false;
            }

            _handshakes++;
            return true;
        }
    }

    private void OnAbandoned()
    {
        EndHandshake();
        _admission.Exit();
    }

    /// <summary>The handshake is done. False: nobody has room, and the connection is closed.</summary>
    private bool TryQueue(DtlsChannel channel)
    {
        bool isQueued;
        lock (_gate)
        {
            isQueued = !_isClosed && _ready.Count < _queueLimit;
            if (isQueued)
                _ready.Enqueue(new DtlsLink(channel, ownsDriver: false));
        }

        if (isQueued)
        {
            Signal();
        }
        else
        {
            Interlocked.Increment(ref _dropped);
            _admission.Exit();
        }

        EndHandshake();
        return isQueued;
    }

    private void EndHandshake()
    {
        lock (_gate)
        {
            if (--_handshakes > 0 || !_isStopped)
                return;
        }

        Complete();
    }
}
