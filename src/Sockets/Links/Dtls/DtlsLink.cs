using System;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets.Links.Dtls;

/// <summary>
/// Datagrams under DTLS 1.3: a <see cref="DtlsChannel"/> behind the calls of a link. Its driver goes in the background, or is
/// pumped by this link's calls; a server's is shared with all its peers and pumped by the acceptor too.
/// </summary>
internal sealed class DtlsLink : SocketLink, IDriverOwner
{
    /// <summary>Less than the most that the platform's waits take; the caller waits again.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly DtlsChannel _channel;
    private readonly DatagramDriver _driver;
    private readonly int _largestDatagram;

    /// <summary>Threads that block in <see cref="Wait"/> on a driver in the background; they wait on this object.</summary>
    private readonly object _wake = new();
    private int _blocked;
    private int _progressing;

    /// <summary>A sealed datagram that waits for room; made when there is none for the first time.</summary>
    private byte[]? _sending;
    private SocketSecurityInfo? _security;
    private volatile bool _isDisposed;

    /// <param name="channel">Open, or on its way.</param>
    /// <param name="ownsDriver">A client: the driver serves this channel only.</param>
    public DtlsLink(DtlsChannel channel, bool ownsDriver)
    {
        _channel = channel;
        _driver = channel.Driver;
        _largestDatagram = _driver.MaxDatagramSize;
        channel.Changed = OnChanged;
        if (ownsDriver && IsPumped)
            _driver.Owner = this;
    }

    public override string SecurityName => DtlsNames.Protocol;

    public override bool IsDatagram => true;

    public override EndPoint? LocalEndPoint => _channel.WasOpen ? _channel.LocalEndPoint : _driver.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _channel.RemoteEndPoint;

    public override SocketSecurityInfo? Security => _channel.WasOpen ? _security ??= CreateSecurityInfo() : null;

    public override int MaxDatagramLength => _channel.WasOpen ? _channel.MaxDatagramLength : _largestDatagram;

    /// <summary>Only where this link receives for itself alone is the system's readiness its own.</summary>
    public override SystemSocket? Underlying => IsPumped && _driver.ServesOneChannel ? _driver.Socket : null;

    public override SystemSocket? Settable => _driver.ServesOneChannel ? _driver.Socket : null;

    public override bool IsOpen => _channel.WasOpen;

    /// <summary>Datagrams of the protocol come at any time: acknowledgements, key updates, close_notify.</summary>
    public override LinkWants Wants => IsPumped && _driver.ServesOneChannel && !_channel.IsOver ? LinkWants.Read : LinkWants.None;

    public override bool HasPendingData => _channel.HasPendingData;

    public override bool CanSend => _channel.WasOpen;

    public override long NextTimeout => IsPumped && _driver.ServesOneChannel ? _driver.NextTimeout : long.MaxValue;

    private bool IsPumped => _driver.Mode == DriverMode.Polled;

    void IDriverOwner.OnDriverChanged() => Changed?.Invoke();

    public override bool Progress()
    {
        if (IsPumped)
        {
            // Who calls this looks at everything afterwards, and need not be told.
            _progressing = Environment.CurrentManagedThreadId;
            bool mayHaveMore = _driver.Pump();
            _progressing = 0;
            if (mayHaveMore)
                Changed?.Invoke();
        }

        if (!_channel.WasOpen && _channel.IsOver)
            throw CreateFailure();
        return _channel.WasOpen;
    }

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _driver.BeginWait();
        try
        {
            await _channel.Connected.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DtlsException exception)
        {
            throw DtlsFailures.Translate(exception);
        }
        finally
        {
            _driver.EndWait();
        }
    }

    public override int TryReceive(Span<byte> buffer)
    {
        try
        {
            if (_channel.Queue.TryReceive(buffer, out DtlsReceiveResult result))
                return CountOf(result);
            if (!IsPumped)
                return WouldBlock;
            _driver.Pump();
            return _channel.Queue.TryReceive(buffer, out result) ? CountOf(result) : WouldBlock;
        }
        catch (DtlsException exception)
        {
            throw DtlsFailures.Translate(exception);
        }
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _driver.BeginWait();
        try
        {
            DtlsReceiveResult result = await _channel.Queue.ReceiveAsync(buffer, takes: !buffer.IsEmpty, cancellationToken).ConfigureAwait(false);
            return CountOf(result);
        }
        catch (DtlsException exception)
        {
            throw DtlsFailures.Translate(exception);
        }
        finally
        {
            _driver.EndWait();
        }
    }

    public override int TryReceiveMany(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        try
        {
            int count = _channel.Queue.TryReceive(buffer, results);
            if (count == 0 && IsPumped)
            {
                // What comes now goes straight to the caller's buffer; the queue takes what does not fit.
                var sink = new CallerSink(_channel, buffer, results);
                _driver.Pump(ref sink);
                count = sink.Count > 0 ? sink.Count : _channel.Queue.TryReceive(buffer, results);
            }

            if (count == 1 && results[0].IsEnd)
                CheckEnd();
            return count == 0 ? WouldBlock : count;
        }
        catch (DtlsException exception)
        {
            throw DtlsFailures.Translate(exception);
        }
    }

    public override int TrySendMany(ReadOnlySpan<byte> buffer, ReadOnlySpan<int> lengths)
    {
        DtlsSendOutcome outcome = _driver.TrySendMany(_channel, buffer, lengths, out int count);
        return count > 0 && outcome != DtlsSendOutcome.TooLongForPath ? count : Interpret(outcome, lengths[0]);
    }

    public override int TrySend(ReadOnlySpan<byte> buffer) => Interpret(_driver.TrySend(_channel, buffer), buffer.Length);

    public override int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers)
    {
        int length = 0;
        foreach (ReadOnlyMemory<byte> buffer in buffers)
            length = checked(length + buffer.Length);
        if (length > MaxDatagramLength)
            throw CreateTooLong(length);
        return TrySendGathered(buffers, length);
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    public override async ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int sent = TrySend(buffer.Span);
        return sent != WouldBlock ? sent : await SendWhenReadyAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        _sending ??= new byte[_largestDatagram];
        return Interpret(await _driver.SendAsync(_channel, next, _sending, cancellationToken).ConfigureAwait(false), next.Length);
    }

    /// <summary>DTLS has no half-close: the connection is over on both sides.</summary>
    public override bool TryShutdownSend()
    {
        _channel.Close();
        return true;
    }

    public override bool Wait(LinkWants wants, TimeSpan timeout)
    {
        if (IsPumped)
            return _driver.WaitAndPump(_channel, wants, timeout);
        if (_channel.WasOpen && wants == LinkWants.Write)
            return _driver.WaitForRoom(timeout);
        bool isOpening = !_channel.WasOpen;
        bool isLong = timeout > LongestWait;
        lock (_wake)
        {
            Interlocked.Increment(ref _blocked);
            try
            {
                return _channel.IsOver || (isOpening ? _channel.WasOpen : _channel.HasPendingData) || Monitor.Wait(_wake, isLong ? LongestWait : timeout) || isLong;
            }
            finally
            {
                Interlocked.Decrement(ref _blocked);
            }
        }
    }

    public override async Task<bool> MigrateAsync(IPEndPoint? local, CancellationToken cancellationToken)
    {
        try
        {
            return await _channel.MigrateAsync(local, cancellationToken).ConfigureAwait(false);
        }
        catch (DtlsException exception)
        {
            throw DtlsFailures.Translate(exception);
        }
    }

    public override void Abort() => Release(ChannelRequests.Abort);

    public override void Dispose() => Release(_channel.WasOpen ? ChannelRequests.Close : ChannelRequests.Cancel);

    private void Release(ChannelRequests request)
    {
        _isDisposed = true;
        _driver.Request(_channel, request);
        if (_driver.ServesOneChannel)
            _driver.Close();
    }

    private int CountOf(in DtlsReceiveResult result)
    {
        if (!result.IsClosed)
            return result.IsTruncated ? result.Length + 1 : result.Length;
        CheckEnd();
        return End;
    }

    /// <summary>The peer's end is one; our own is a failure of whoever receives on.</summary>
    private void CheckEnd()
    {
        if ((_isDisposed || _driver.IsClosed) && !_channel.IsClosedByPeer)
            throw new SocketFailureException(SocketFailureReason.Closed, $"The connection with {_channel.RemoteEndPoint} was closed by this program.");
    }

    private int Interpret(DtlsSendOutcome outcome, int length) => outcome switch
    {
        DtlsSendOutcome.Sent => length,
        DtlsSendOutcome.TooLong => throw CreateTooLong(length),
        DtlsSendOutcome.TooLongForPath => throw new SocketFailureException(
            SocketFailureReason.MessageTooLarge, $"A datagram of {length} bytes is longer than the path to {_channel.RemoteEndPoint} carries: lower MaxDatagramSize."),
        DtlsSendOutcome.NotOpen when _channel.IsOver => throw CreateFailure(),
        _ => WouldBlock,
    };

    private SocketFailureException CreateTooLong(int length) => new(
        SocketFailureReason.MessageTooLarge, $"A datagram of {length} bytes is too long for {_channel.RemoteEndPoint}: at most {MaxDatagramLength} bytes fit.");

    private SocketFailureException CreateFailure()
    {
        DtlsException exception = _channel.CreateOverException();
        return exception.Failure is null && _channel.IsClosedByPeer && !_isDisposed
            ? new SocketFailureException(SocketFailureReason.ConnectionReset, $"{_channel.RemoteEndPoint} has closed the connection.", exception)
            : DtlsFailures.Translate(exception);
    }

    private SocketSecurityInfo CreateSecurityInfo() => new()
    {
        Protocol = DtlsNames.Protocol,
        CipherSuite = DtlsNames.Of(_channel.CipherSuite),
        ApplicationProtocol = _channel.ApplicationProtocol.Name.ToArray(),
        ServerName = _channel.ServerName,
        PeerCertificates = _channel.PeerCertificates,
        PeerPublicKey = _channel.PeerPublicKey,
        IsResumed = _channel.IsResumed,
        PskIdentity = _channel.PskIdentity,
        HandshakeDuration = _channel.HandshakeDuration,
    };

    private void OnChanged()
    {
        Interlocked.MemoryBarrier();
        if (_blocked > 0)
        {
            lock (_wake)
                Monitor.PulseAll(_wake);
        }

        if (_progressing != Environment.CurrentManagedThreadId)
            Changed?.Invoke();
    }
}
