using System;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets.Links;

/// <summary>
/// An accepted stream that its owner's thread drives, until it is open: the PROXY header where the source is trusted, then the
/// handshake, both with a deadline. Once open, <see cref="Socket"/> uses the link inside and this one is gone.
/// </summary>
internal sealed class AcceptingLink : SocketLink
{
    private readonly PlainLink _transport;
    private readonly AcceptPipeline _pipeline;
    private readonly long _deadline;
    private readonly long _headerDeadline;
    private readonly Lock _gate = new();
    private volatile ProxyHeaderReader? _header; // null once there is the link inside
    private SocketLink? _inner;
    private int _hasEnded;

    /// <param name="transport">Accepted.</param>
    /// <param name="pipeline">Where it came from, and where its place among the handshakes goes back to.</param>
    /// <param name="isProxied">Whether it must begin with a PROXY header.</param>
    public AcceptingLink(PlainLink transport, AcceptPipeline pipeline, bool isProxied)
    {
        _transport = transport;
        _pipeline = pipeline;
        long now = pipeline.TimeProvider.GetTimestamp();
        _deadline = TimeLimit.EndAfter(pipeline.TimeProvider, now, pipeline.HandshakeTimeout);
        _headerDeadline = Math.Min(_deadline, TimeLimit.EndAfter(pipeline.TimeProvider, now, pipeline.HeaderTimeout));
        if (isProxied)
            _header = pipeline.CreateHeaderReader(transport);
        else
            Wrap();
    }

    /// <summary>Gets the link that takes over, and what the PROXY header said. Called once, by the thread that drives it.</summary>
    public Action<SocketLink, SocketProxyInfo?>? Opened { get; set; }

    public override bool IsDatagram => false;

    public override string SecurityName => _pipeline.Links.Name;

    public override EndPoint? LocalEndPoint => _transport.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    public override SystemSocket Underlying => _transport.Underlying;

    public override bool IsOpen => false;

    public override LinkWants Wants => _header is null ? _inner!.Wants : LinkWants.Read;

    public override LinkWants ReceiveWants => Wants;

    public override LinkWants SendWants => Wants;

    public override long NextTimeout => _header is null ? Math.Min(_deadline, _inner!.NextTimeout) : _headerDeadline;

    private SocketProxyInfo? Proxied { get; set; }

    public override bool Progress()
    {
        try
        {
            if (_header is { } header && !TryRead(header))
                return false;
            _inner!.Progress();
            if (!_inner.IsOpen)
            {
                CheckDeadline(_deadline, "handshake");
                return false;
            }
        }
        catch (Exception exception)
        {
            if (EndHandshake())
                _pipeline.Report(RemoteEndPoint, exception);
            throw;
        }

        if (EndHandshake())
        {
            _inner.Changed = Changed;
            Opened?.Invoke(_inner, Proxied);
        }

        return true;
    }

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_header is { } header)
            EndHeader(await header.ReadAsync(cancellationToken).ConfigureAwait(false));

        await _inner!.OpenAsync(cancellationToken).ConfigureAwait(false);
        Progress();
    }

    // Whoever receives or sends before it is open drives it as well; open, its socket asks the link inside.
    public override int TryReceive(Span<byte> buffer) => Progress() ? _inner!.TryReceive(buffer) : WouldBlock;

    public override int TryReceive(ReadOnlySpan<Memory<byte>> buffers) => Progress() ? _inner!.TryReceive(buffers) : WouldBlock;

    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await _inner!.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override int TrySend(ReadOnlySpan<byte> buffer) => Progress() ? _inner!.TrySend(buffer) : WouldBlock;

    public override int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers) => Progress() ? _inner!.TrySend(buffers) : WouldBlock;

    public override async ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }

    public override bool TryShutdownSend() => Progress() && _inner!.TryShutdownSend();

    public override bool Wait(LinkWants wants, TimeSpan timeout) => (_inner ?? _transport).Wait(Wants, timeout);

    public override void Abort()
    {
        EndHandshake();
        (_inner ?? _transport).Abort();
    }

    public override void Dispose()
    {
        EndHandshake();
        (_inner ?? _transport).Dispose();
    }

    private bool TryRead(ProxyHeaderReader header)
    {
        if (!header.TryRead(out SocketProxyInfo? info))
        {
            CheckDeadline(_headerDeadline, "PROXY header");
            return false;
        }

        EndHeader(info);
        return true;
    }

    /// <summary>The poll and a receive that waits may both have read it.</summary>
    private void EndHeader(SocketProxyInfo info)
    {
        lock (_gate)
        {
            if (_header is null)
                return;
            Proxied = info;
            Wrap();
            _header = null;
        }
    }

    private void Wrap()
    {
        _inner = _pipeline.Links.Wrap(_transport);
        _inner.Logger = _pipeline.Logger;
        _inner.Changed = () => Changed?.Invoke();
    }

    private void CheckDeadline(long deadline, string what)
    {
        if (_pipeline.TimeProvider.GetTimestamp() >= deadline)
            throw new SocketFailureException(SocketFailureReason.TimedOut, $"The {what} of {RemoteEndPoint} did not complete in time.");
    }

    /// <summary>Gives the place among the handshakes back, once.</summary>
    private bool EndHandshake()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
            return false;
        _pipeline.HandshakeEnded();
        return true;
    }
}
