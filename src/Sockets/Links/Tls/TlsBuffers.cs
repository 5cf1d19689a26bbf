using System.Buffers;
using System.Threading;

namespace Sockets.Links.Tls;

/// <summary>Where the links of one context rent their buffers, and how many of them are out: none, when every link is closed.</summary>
internal sealed class TlsBuffers
{
    /// <summary>Largest content of one record (RFC 8446 §5.1).</summary>
    public const int RecordLength = 16_384;

    private int _outstanding;

    public int Outstanding => Volatile.Read(ref _outstanding);

    public byte[] Rent(int length)
    {
        Interlocked.Increment(ref _outstanding);
        return ArrayPool<byte>.Shared.Rent(length);
    }

    /// <param name="buffer">Not to be used again by the caller.</param>
    /// <param name="isSecret">Whether it held plaintext: it is cleared.</param>
    public void Return(byte[] buffer, bool isSecret)
    {
        ArrayPool<byte>.Shared.Return(buffer, isSecret);
        Interlocked.Decrement(ref _outstanding);
    }
}
