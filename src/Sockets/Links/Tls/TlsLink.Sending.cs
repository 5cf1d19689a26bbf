using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Sockets.Engine;

namespace Sockets.Links.Tls;

internal sealed partial class TlsLink
{
    // A file is sent in turns, so that one call does not hold a poll's thread for a long time.
    private const int RecordsPerTurn = 64;

    // One read of a file fills so many. With a read for each, the whole took 4 % more.
    private const int RecordsPerRead = 8;

    private readonly Lock _sendLock = new();
    private bool _isEndSaid;
    private bool _isEndSent;

    public override int TrySend(ReadOnlySpan<byte> buffer)
    {
        if (!_isOpen && !TryHandshake())
            return WouldBlock;
        if (buffer.IsEmpty)
            return 0;
        lock (_sendLock)
        {
            if (!IsReadyToSend())
                return WouldBlock;
            int count = Math.Min(buffer.Length, TlsBuffers.RecordLength);
            Seal(buffer[..count]);
            return count;
        }
    }

    /// <summary>Small buffers share a record.</summary>
    public override int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers)
    {
        int first = 0;
        while (first < buffers.Length && buffers[first].IsEmpty)
            first++;
        if (first == buffers.Length)
            return 0;
        if (first == buffers.Length - 1 || buffers[first].Length >= TlsBuffers.RecordLength)
            return TrySend(buffers[first].Span);
        if (!_isOpen && !TryHandshake())
            return WouldBlock;
        lock (_sendLock)
        {
            if (!IsReadyToSend())
                return WouldBlock;
            byte[] record = _buffers.Rent(TlsBuffers.RecordLength);
            try
            {
                int length = 0;
                foreach (ReadOnlyMemory<byte> buffer in buffers[first..])
                {
                    ReadOnlySpan<byte> part = buffer.Span[..Math.Min(buffer.Length, TlsBuffers.RecordLength - length)];
                    part.CopyTo(record.AsSpan(length));
                    length += part.Length;
                    if (length == TlsBuffers.RecordLength)
                        break;
                }

                Seal(record.AsSpan(0, length));
                return length;
            }
            finally
            {
                _buffers.Return(record, isSecret: true);
            }
        }
    }

    public override bool TryFlush()
    {
        lock (_sendLock)
            return IsReadyToSend();
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    public override async ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken)
    {
        if (!_isOpen)
            await OpenAsync(cancellationToken).ConfigureAwait(false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        if (next.IsEmpty && AwaitMove() is { } moved)
            await moved.WaitAsync(cancellationToken).ConfigureAwait(false); // who says the end waits for this too
        return 0;
    }

    /// <summary>Reads and encrypts whole records; what is returned was sealed, so that a caller can go on from there.</summary>
    public override long TrySendFile(SafeFileHandle file, long offset, long count)
    {
        if (!_isOpen && !TryHandshake())
            return WouldBlock;
        if (count == 0)
            return 0;
        lock (_sendLock)
        {
            if (!IsReadyToSend())
                return WouldBlock;
            byte[] records = _buffers.Rent((int)Math.Min(count, RecordsPerRead * TlsBuffers.RecordLength));
            long total = 0;
            try
            {
                while (total < Math.Min(count, RecordsPerTurn * TlsBuffers.RecordLength) && (total == 0 || IsReadyToSend()))
                {
                    int wanted = (int)Math.Min(RecordsPerRead * TlsBuffers.RecordLength, count - total);
                    int length = ReadRecords(file, offset + total, records.AsSpan(0, wanted));
                    if (length == 0 || !TrySeal(records.AsSpan(0, length), ref total))
                        break;
                }
            }
            catch (SocketFailureException) when (total > 0)
            {
                // What was accepted is told first; the next call meets the failure.
            }
            finally
            {
                _buffers.Return(records, isSecret: true);
            }

            return total;
        }
    }

    /// <summary>Seals whole records, and adds up what was sealed. False: something is queued before the end; the rest is to be read again.</summary>
    private bool TrySeal(ReadOnlySpan<byte> plaintext, ref long total)
    {
        while (true)
        {
            ReadOnlySpan<byte> record = plaintext[..Math.Min(plaintext.Length, TlsBuffers.RecordLength)];
            Seal(record);
            total += record.Length;
            plaintext = plaintext[record.Length..];
            if (plaintext.IsEmpty)
                return true;
            if (!IsReadyToSend())
                return false;
        }
    }

    public override bool TryShutdownSend()
    {
        if (!_isOpen && !TryHandshake())
            return false;
        lock (_sendLock)
        {
            if (_isEndSent)
                return true;
            if (!IsReadyToSend() || !TrySayEnd())
                return false;
            if (!Flush())
                return false;
            _isEndSent = _plain.TryShutdownSend();
            return _isEndSent;
        }
    }

    private bool IsReadyToSend()
    {
        ThrowIfFailed();
        return Flush();
    }

    private void Seal(ReadOnlySpan<byte> plaintext)
    {
        if (_isEndSaid)
            throw new InvalidOperationException("The end was said already: nothing can be sent after ShutdownSend.");
        try
        {
            _ssl.Write(plaintext);
        }
        catch (Exception exception)
        {
            throw Fail(exception);
        }
    }

    /// <summary>
    /// close_notify, into the queue if need be. SslStream keeps its reads and writes apart, but not this: OpenSSL looks at what
    /// comes when it says the end, and one connection of its own is not for two threads. So nothing is decrypted meanwhile; false:
    /// a continuation of a read is on its way on another thread, after which this can be tried again.
    /// </summary>
    private bool TrySayEnd()
    {
        lock (_transport.ReadLock)
        {
            if (_isEndSaid)
                return true;
            if (IsElsewhereLocked)
                return false;
            _isEndSaid = true;
            try
            {
                using var inline = InlineContinuations.Enter();
                Task said = _ssl.ShutdownAsync(); // the transport accepts at once
                if (said.IsCompleted)
                    said.GetAwaiter().GetResult();
            }
            catch (Exception exception)
            {
                throw Fail(exception);
            }

            return true;
        }
    }

    private static int ReadRecords(SafeFileHandle file, long offset, Span<byte> records)
    {
        int length = 0;
        while (length < records.Length)
        {
            int count = FileReader.Read(file, records[length..], offset + length);
            if (count == 0)
                break;
            length += count;
        }

        return length;
    }
}
