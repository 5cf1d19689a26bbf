using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Sockets.Engine;
using Sockets.Diagnostics;
using Sockets.Links;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>Most that one turn asks for, so that progress and cancellation are seen in between.</summary>
    private const long FileTurn = 1 << 20;

    /// <summary>After so many bytes without a wait, others get the thread.</summary>
    private const long FileBudget = 8 << 20;

    /// <summary>
    /// Sends what can be sent now of a part of a file. False: nothing can, and nothing was done. True with 0 bytes: the file ends
    /// at or before <paramref name="offset"/>.
    /// </summary>
    /// <param name="file">Open for reading. Its own position is neither used nor moved.</param>
    /// <param name="offset">Where in the file to begin.</param>
    /// <param name="count">At most so many bytes.</param>
    /// <param name="bytesSent">How many were accepted.</param>
    /// <exception cref="SocketSendFileException">The connection failed, or the file could not be read.</exception>
    /// <exception cref="InvalidOperationException">This is a datagram socket.</exception>
    public bool TrySendFile(SafeFileHandle file, long offset, long count, out long bytesSent)
    {
        CountOf(file, offset, count);
        _sending.Enter();
        try
        {
            ThrowIfUnableToSend();
            long accepted = count == 0 ? 0 : _link.TrySendFile(file, offset, count);
            bytesSent = Math.Max(accepted, 0);
            SocketsMeter.CountSent(bytesSent, _link.SecurityName);
            if (accepted != SocketLink.WouldBlock)
                return true;
            _sending.Blocked = LinkWants.Write;
            return false;
        }
        catch (Exception exception)
        {
            throw TranslateFile(exception, 0);
        }
        finally
        {
            _sending.Exit();
        }
    }

    /// <summary>
    /// Sends a file or a part of it: inside the kernel where the connection is plain and the system can do that, else by reading
    /// and sending, under TLS in whole records. Blocks until the system has everything. <see cref="SendTimeout"/> limits how
    /// long the peer may take nothing, not the whole.
    /// <para>The kernel sends the file's pages themselves: what is written over bytes that were accepted, but not sent yet, the
    /// peer may see.</para>
    /// </summary>
    /// <param name="file">Open for reading. Its own position is neither used nor moved.</param>
    /// <param name="offset">Where in the file to begin.</param>
    /// <param name="length">How many bytes. Null: up to where the file ends now; what it grows by meanwhile is not sent.</param>
    /// <param name="progress">Is told, on the sending thread, how many bytes were accepted so far.</param>
    /// <returns>How many bytes were accepted, exactly, and why not more.</returns>
    /// <exception cref="SocketSendFileException">The connection failed, the file could not be read, or the time was over before anything was accepted.</exception>
    /// <exception cref="InvalidOperationException">This is a datagram socket.</exception>
    /// <exception cref="ArgumentException">This is no file that can be read at a position: a pipe.</exception>
    public SocketSendFileResult SendFile(SafeFileHandle file, long offset = 0, long? length = null, IProgress<long>? progress = null)
    {
        long count = CountOf(file, offset, length);
        long sent = 0;
        _sending.Enter();
        try
        {
            while (sent < count)
            {
                SocketSendFileResult turn = SendFileTurn(file, offset + sent, Math.Min(count - sent, FileTurn), sent);
                sent += turn.BytesSent;
                if (!turn.IsComplete)
                    return EndFile(sent, turn.Outcome, CancellationToken.None);
                progress?.Report(sent);
            }

            FlushFile(sent);
        }
        finally
        {
            _sending.Exit();
        }

        return new SocketSendFileResult(sent, count < 0 ? SocketSendFileOutcome.FileShrank : SocketSendFileOutcome.Complete);
    }

    /// <summary>As <see cref="SendFile(SafeFileHandle, long, long?, IProgress{long}?)"/>; opens the file and closes it.</summary>
    /// <param name="path">The file. What others write to it meanwhile is not kept out.</param>
    /// <param name="offset">Where in the file to begin.</param>
    /// <param name="length">How many bytes. Null: up to where the file ends now; what it grows by meanwhile is not sent.</param>
    /// <param name="progress">Is told, on the sending thread, how many bytes were accepted so far.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="SocketSendFileException">The connection failed, the file could not be read, or the time was over before anything was accepted.</exception>
    public SocketSendFileResult SendFile(string path, long offset = 0, long? length = null, IProgress<long>? progress = null)
    {
        using SafeFileHandle file = OpenFile(path);
        return SendFile(file, offset, length, progress);
    }

    /// <summary>
    /// As <see cref="SendFile(SafeFileHandle, long, long?, IProgress{long}?)"/>, waiting for the peer without a thread; the file
    /// itself is read on the thread that is running. Cancelled after some bytes were accepted, it returns their exact number
    /// with <see cref="SocketSendFileOutcome.Cancelled"/>; before, it throws. The socket can be used on in both cases.
    /// </summary>
    /// <param name="file">Open for reading. Its own position is neither used nor moved.</param>
    /// <param name="offset">Where in the file to begin.</param>
    /// <param name="length">How many bytes. Null: up to where the file ends now; what it grows by meanwhile is not sent.</param>
    /// <param name="progress">Is told, on the sending thread, how many bytes were accepted so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many bytes were accepted, exactly, and why not more.</returns>
    /// <exception cref="SocketSendFileException">The connection failed, the file could not be read, or the time was over before anything was accepted.</exception>
    /// <exception cref="InvalidOperationException">This is a datagram socket.</exception>
    /// <exception cref="ArgumentException">This is no file that can be read at a position: a pipe.</exception>
    public async ValueTask<SocketSendFileResult> SendFileAsync(
        SafeFileHandle file, long offset = 0, long? length = null, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        long count = CountOf(file, offset, length);
        byte[] next = new byte[1];
        long sent = 0;
        long budget = FileBudget;
        _sending.Enter();
        try
        {
            while (sent < count)
            {
                SocketSendFileResult turn = await SendFileTurnAsync(file, offset + sent, Math.Min(count - sent, FileTurn), sent, next, cancellationToken).ConfigureAwait(false);
                sent += turn.BytesSent;
                if (!turn.IsComplete)
                {
                    // What was accepted goes out though nothing more is sent; nobody waits for it here.
                    await FlushFileAsync(sent, new CancellationToken(canceled: true)).ConfigureAwait(false);
                    return EndFile(sent, turn.Outcome, cancellationToken);
                }

                progress?.Report(sent);
                if ((budget -= turn.BytesSent) <= 0)
                {
                    budget = FileBudget;
                    await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                }
            }

            await FlushFileAsync(sent, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _sending.Exit();
        }

        return new SocketSendFileResult(sent, count < 0 ? SocketSendFileOutcome.FileShrank : SocketSendFileOutcome.Complete);
    }

    /// <summary>As <see cref="SendFileAsync(SafeFileHandle, long, long?, IProgress{long}?, CancellationToken)"/>; opens the file and closes it.</summary>
    /// <param name="path">The file. What others write to it meanwhile is not kept out.</param>
    /// <param name="offset">Where in the file to begin.</param>
    /// <param name="length">How many bytes. Null: up to where the file ends now; what it grows by meanwhile is not sent.</param>
    /// <param name="progress">Is told, on the sending thread, how many bytes were accepted so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="SocketSendFileException">The connection failed, the file could not be read, or the time was over before anything was accepted.</exception>
    public async ValueTask<SocketSendFileResult> SendFileAsync(
        string path, long offset = 0, long? length = null, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        using SafeFileHandle file = OpenFile(path);
        return await SendFileAsync(file, offset, length, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Some bytes more, or why not: an outcome other than complete is the last turn's.</summary>
    private SocketSendFileResult SendFileTurn(SafeFileHandle file, long offset, long count, long sent)
    {
        try
        {
            ThrowIfUnableToSend();
            long start = _sending.Now;
            long accepted;
            while ((accepted = _link.TrySendFile(file, offset, count)) == SocketLink.WouldBlock)
            {
                if (!_link.Wait(_link.SendWants, _sending.Remaining(start)))
                    return new SocketSendFileResult(0, SocketSendFileOutcome.TimedOut);
            }

            SocketsMeter.CountSent(accepted, _link.SecurityName);
            return new SocketSendFileResult(accepted, accepted == 0 ? SocketSendFileOutcome.FileShrank : SocketSendFileOutcome.Complete);
        }
        catch (Exception exception)
        {
            throw TranslateFile(exception, sent);
        }
    }

    /// <inheritdoc cref="SendFileTurn"/>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private async ValueTask<SocketSendFileResult> SendFileTurnAsync(SafeFileHandle file, long offset, long count, long sent, byte[] next, CancellationToken cancellationToken)
    {
        try
        {
            ThrowIfUnableToSend();
            cancellationToken.ThrowIfCancellationRequested();
            long accepted = _link.TrySendFile(file, offset, count);
            if (accepted == SocketLink.WouldBlock)
            {
                if (FileReader.Read(file, next, offset) == 0)
                    return new SocketSendFileResult(0, SocketSendFileOutcome.FileShrank);
                CancellationToken limited = _sending.Limit(cancellationToken);
                accepted = await _link.SendWhenReadyAsync(next, limited).ConfigureAwait(false);
                SocketsMeter.CountSent(accepted, _link.SecurityName);
                return new SocketSendFileResult(accepted, SocketSendFileOutcome.Complete);
            }

            SocketsMeter.CountSent(accepted, _link.SecurityName);
            return new SocketSendFileResult(accepted, accepted == 0 ? SocketSendFileOutcome.FileShrank : SocketSendFileOutcome.Complete);
        }
        catch (OperationCanceledException)
        {
            return new SocketSendFileResult(0, _sending.IsTimeout(cancellationToken) ? SocketSendFileOutcome.TimedOut : SocketSendFileOutcome.Cancelled);
        }
        catch (Exception exception)
        {
            throw TranslateFile(exception, sent);
        }
        finally
        {
            _sending.EndLimit();
        }
    }

    private void FlushFile(long sent)
    {
        try
        {
            Flush(_sending.Now);
        }
        catch (Exception exception)
        {
            throw TranslateFile(exception, sent);
        }
    }

    private async ValueTask FlushFileAsync(long sent, CancellationToken cancellationToken)
    {
        try
        {
            if (!_link.TryFlush())
                await _link.FlushAcceptedAsync(cancellationToken.IsCancellationRequested ? cancellationToken : _sending.Limit(cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Accepted it was.
        }
        catch (Exception exception)
        {
            throw TranslateFile(exception, sent);
        }
    }

    /// <summary>What was accepted must be told; where that is nothing, the wait failed.</summary>
    private SocketSendFileResult EndFile(long sent, SocketSendFileOutcome outcome, CancellationToken cancellationToken) => outcome switch
    {
        SocketSendFileOutcome.Cancelled when sent == 0 => throw new OperationCanceledException(cancellationToken),
        SocketSendFileOutcome.TimedOut when sent == 0 => throw new SocketSendFileException(_sending.CreateTimeout(RemoteEndPoint), 0),
        _ => new SocketSendFileResult(sent, outcome),
    };

    private Exception TranslateFile(Exception exception, long sent) =>
        Translate(exception, "Sending a file to") is var translated && translated is SocketFailureException failure ? new SocketSendFileException(failure, sent) : translated;

    /// <summary>How many bytes are asked for; less than 0: the file ends before <paramref name="offset"/>.</summary>
    private long CountOf(SafeFileHandle file, long offset, long? length)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (length is { } given)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(length));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(given, long.MaxValue - offset, nameof(length));
        }

        if (_link.IsDatagram)
            throw new InvalidOperationException("A file can only be sent over a stream: this is a datagram socket.");
        long end = FileReader.GetLength(file);
        return length ?? end - offset;
    }

    private static SafeFileHandle OpenFile(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
}
