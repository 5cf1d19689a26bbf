using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace Sockets.Connections.Dtls;

/// <summary>Events on their way from the loops, which never wait, to a handler, which may do what it likes: one at a time, in order, outside of every lock.</summary>
internal sealed class ConnectionEventQueue
{
    private readonly Action<ConnectionEvent> _handler;
    private readonly TimeProvider _timeProvider;
    private readonly Channel<ConnectionEvent> _queue;
    private long _dropped;

    public ConnectionEventQueue(Action<ConnectionEvent> handler, int length, TimeProvider timeProvider)
    {
        _handler = handler;
        _timeProvider = timeProvider;
        _queue = Channel.CreateBounded<ConnectionEvent>(new BoundedChannelOptions(length) { SingleReader = true });
    }

    /// <summary>Those that there was no room for.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(RunAsync);
    }

    public void Add(ConnectionEventKind kind, DtlsChannel channel, DtlsException? failure)
    {
        if (!_queue.Writer.TryWrite(new ConnectionEvent(kind, channel, channel.RemoteEndPoint, failure, _timeProvider.GetUtcNow())))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Nothing more comes; what is there is still told.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    private async Task RunAsync()
    {
        await foreach (ConnectionEvent raised in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                _handler(raised);
            }
            catch (Exception)
            {
                // An observer's exception has nowhere to go and changes nothing.
            }
        }
    }
}
