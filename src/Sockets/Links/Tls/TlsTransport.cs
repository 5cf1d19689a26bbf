using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;

namespace Sockets.Links.Tls;

/// <summary>
/// What SslStream takes for its network: a stream over a system socket that never blocks. Reads that find nothing stay
/// pending until the link fills them; writes are always accepted, and what the system does not take is queued. So SslStream
/// waits for nothing and never sees a cancellation.
/// <para>Lock order: <see cref="ReadLock"/>, then the lock of the queue, which is never held while anything foreign runs.</para>
/// </summary>
internal sealed partial class TlsTransport : Stream
{
    private readonly SystemSocket _socket;
    private readonly SafeSocketHandle _handle;
    private readonly TlsLink _owner;

    public TlsTransport(PlainLink link, TlsBuffers buffers, TlsLink owner)
    {
        _socket = link.TakeOver();
        _handle = _socket.SafeHandle;
        _owner = owner;
        _queue = new CiphertextQueue(buffers);
    }

    /// <summary>Guards everything that reads, from here up to SslStream's own state of reading.</summary>
    public Lock ReadLock { get; } = new();

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
