using System;

namespace Sockets.Links.Tls;

/// <summary>
/// Records that the system has not taken yet, in order. Holds a pooled buffer only while it is not empty. Not for several
/// threads at once.
/// </summary>
internal sealed class CiphertextQueue(TlsBuffers buffers)
{
    private byte[]? _buffer;
    private int _start;
    private int _end;

    public int Length => _end - _start;

    public ReadOnlyMemory<byte> Content => _buffer.AsMemory(_start, Length);

    public void Append(ReadOnlySpan<byte> records)
    {
        if (records.IsEmpty)
            return;
        if (_buffer is null || _buffer.Length - _end < records.Length)
            MakeRoom(records.Length);
        records.CopyTo(_buffer.AsSpan(_end));
        _end += records.Length;
    }

    /// <summary>The system has taken the first <paramref name="count"/> bytes.</summary>
    public void Remove(int count)
    {
        _start += count;
        if (_start == _end)
            Clear();
    }

    public void Clear()
    {
        _start = _end = 0;
        if (_buffer is { } buffer)
        {
            _buffer = null;
            buffers.Return(buffer, isSecret: false);
        }
    }

    private void MakeRoom(int count)
    {
        int length = Length;
        if (_buffer is { } full && full.Length - length >= count)
        {
            full.AsSpan(_start, length).CopyTo(full);
        }
        else
        {
            byte[] larger = buffers.Rent(checked(length + count));
            if (_buffer is { } old)
            {
                old.AsSpan(_start, length).CopyTo(larger);
                buffers.Return(old, isSecret: false);
            }

            _buffer = larger;
        }

        _start = 0;
        _end = length;
    }
}
