using System;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets;

public sealed partial class SocketAsync
{
    /// <summary>Bytes received before the reader is told, if so many are there.</summary>
    private const int ReceiveBatch = 64 * 1024;

    private const int SmallestBlock = 4096;

    private readonly Lock _starting = new();
    private Pipe? _input;
    private Pipe? _output;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;
    private Exception? _outputFailure;
    private volatile bool _isUnsent;

    /// <summary>
    /// What the peer sends. Its end completes it; a failure completes it with the <see cref="SocketFailureException"/>,
    /// which a pipe throws at once, before what lies unread. When as much as
    /// <see cref="SocketAsyncOptions.InputPauseThreshold"/> lies unread, nothing more is received, and the peer has to wait.
    /// </summary>
    /// <exception cref="InvalidOperationException">Receives were queued, or this is a datagram socket: a pipe would lose the boundaries.</exception>
    public PipeReader Input
    {
        get
        {
            UsePipe(ref _inputFace, nameof(Input));
            if (Volatile.Read(ref _input) is { } input)
                return input.Reader;
            lock (_starting)
            {
                if (_input is null)
                {
                    var pipe = new Pipe(OptionsOf(_options.InlineCompletions ? PipeScheduler.Inline : PipeScheduler.ThreadPool, PipeScheduler.ThreadPool, _options.InputPauseThreshold, _options.InputResumeThreshold));
                    Volatile.Write(ref _input, pipe);
                    _receiving = ReceiveAllAsync(pipe.Writer);
                }

                return _input.Reader;
            }
        }
    }

    /// <summary>
    /// What goes to the peer when it is flushed. A flush waits while <see cref="SocketAsyncOptions.OutputPauseThreshold"/> bytes or more lie
    /// unsent, and throws the <see cref="SocketFailureException"/> when the connection failed. Completing it ends our side in good order
    /// after the last byte; completing it with an exception aborts the connection.
    /// </summary>
    /// <exception cref="InvalidOperationException">Sends were queued, or this is a datagram socket: a pipe would lose the boundaries.</exception>
    public PipeWriter Output
    {
        get
        {
            UsePipe(ref _outputFace, nameof(Output));
            if (Volatile.Read(ref _output) is { } output)
                return output.Writer;
            lock (_starting)
            {
                if (_output is null)
                {
                    // The loop that sends never blocks: whoever flushes can run it.
                    var pipe = new Pipe(OptionsOf(PipeScheduler.Inline, _options.InlineCompletions ? PipeScheduler.Inline : PipeScheduler.ThreadPool, _options.OutputPauseThreshold, _options.OutputResumeThreshold));
                    Volatile.Write(ref _output, pipe);
                    _sending = SendAllAsync(pipe.Reader);
                }

                return _output.Writer;
            }
        }
    }

    private PipeOptions OptionsOf(PipeScheduler readerScheduler, PipeScheduler writerScheduler, long pause, long resume) => new(
        _options.Pool, readerScheduler, writerScheduler, pause, resume, Math.Min(SmallestBlock, _options.Pool.MaxBufferSize), useSynchronizationContext: false);

    private void UsePipe(ref int face, string pipe)
    {
        if (Socket.Transport == SocketTransport.Datagram)
            throw new InvalidOperationException("A pipe would lose the boundaries of datagrams: use SendAsync and ReceiveAsync.");
        Use(ref face, Face.Pipe, pipe);
        Socket.IsPiped = true;
    }

    private async Task ReceiveAllAsync(PipeWriter writer)
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                // No buffer is held while nothing comes. The platform's wait may end for what was received before.
                if (_options.WaitBeforeRenting)
                {
                    if ((await Socket.ReceiveAsync(Memory<byte>.Empty).ConfigureAwait(false)).IsEnd)
                        break;
                    if (!Socket.TryReceive(Span<byte>.Empty, out _))
                        continue;
                }

                SocketReceiveResult result = await Socket.ReceiveAsync(writer.GetMemory()).ConfigureAwait(false);
                writer.Advance(result.Count);
                int batch = result.Count;

                // A buffer is rented only when there is something for it: a pipe keeps one that stays empty.
                while (!result.IsEnd && batch < ReceiveBatch && Socket.TryReceive(Span<byte>.Empty, out _) && Socket.TryReceive(writer.GetMemory().Span, out result))
                {
                    writer.Advance(result.Count);
                    batch += result.Count;
                }

                FlushResult flushed = await writer.FlushAsync().ConfigureAwait(false);
                if (result.IsEnd || flushed.IsCompleted)
                    break;
                if (flushed.IsCanceled)
                    throw Closed();
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        await writer.CompleteAsync(failure).ConfigureAwait(false);
    }

    private async Task SendAllAsync(PipeReader reader)
    {
        bool isReading = true;
        try
        {
            while (true)
            {
                isReading = true;
                ReadResult read = await reader.ReadAsync().ConfigureAwait(false);
                isReading = false;
                if (read.IsCanceled)
                    throw Closed();
                if (!read.Buffer.IsEmpty)
                {
                    _isUnsent = true;
                    long sent = await Socket.SendAsync(read.Buffer).ConfigureAwait(false);
                    _isUnsent = sent < read.Buffer.Length;
                    reader.AdvanceTo(read.Buffer.GetPosition(sent));
                    if (_isUnsent)
                        continue; // the time of one send was over: the next one goes on, or fails
                }
                else
                {
                    reader.AdvanceTo(read.Buffer.End);
                }

                if (read.IsCompleted)
                {
                    await Socket.ShutdownSendAsync().ConfigureAwait(false);
                    break;
                }
            }
        }
        catch (Exception exception)
        {
            // Completed with an exception: the peer must not take what it has for all of it.
            if (isReading)
                Socket.Abort();
            _outputFailure = exception;
        }

        await reader.CompleteAsync(_outputFailure).ConfigureAwait(false);
    }

    private async ValueTask EndOutputAsync(CancellationToken cancellationToken)
    {
        await Output.CompleteAsync().ConfigureAwait(false);
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_outputFailure is SocketFailureException failure)
            throw new SocketFailureException(failure.Reason, failure.Message, failure) { CertificateProblem = failure.CertificateProblem };
    }

    /// <summary>The socket is closed: nothing that the loops wait for can last, but for the reader and the writer of the other ends.</summary>
    private async ValueTask EndPipesAsync()
    {
        if (Volatile.Read(ref _input) is { } input)
        {
            input.Writer.CancelPendingFlush();
            await _receiving.ConfigureAwait(false);
            await input.Reader.CompleteAsync().ConfigureAwait(false);
        }

        if (Volatile.Read(ref _output) is { } output)
        {
            output.Reader.CancelPendingRead();
            await _sending.ConfigureAwait(false);
            await output.Writer.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static SocketFailureException Closed() => new(SocketFailureReason.Closed, "The socket was closed by this program.");
}
