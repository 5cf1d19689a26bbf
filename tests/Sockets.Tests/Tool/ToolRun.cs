using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Sockets.Tool;

namespace Sockets.Tests.Tool;

/// <summary>One run of the tool inside this process, with streams of its own.</summary>
internal sealed class ToolRun : IAsyncDisposable
{
    private readonly LineWriter _out = new();
    private readonly LineWriter _error = new();
    private readonly Pipe _in = new();
    private readonly Pipe _bytes = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly CancellationTokenSource _signal = new();

    private ToolRun(string[] arguments)
    {
        var console = new ToolConsole(_in.Reader.AsStream(), _out, _error, IsInteractive: false) { OutBytes = _bytes.Writer.AsStream() };
        Exit = Task.Run(() => SocketsCommand.RunAsync(arguments, console, _signal.Token));
    }

    public Task<int> Exit { get; }

    public string[] Output => _out.Lines;

    public string[] Errors => _error.Lines;

    /// <summary>What came out as bytes, until now.</summary>
    public byte[] OutputBytes
    {
        get
        {
            if (!_bytes.Reader.TryRead(out ReadResult result))
                return [];
            byte[] bytes = result.Buffer.ToArray();
            _bytes.Reader.AdvanceTo(result.Buffer.Start);
            return bytes;
        }
    }

    /// <summary>Until so many bytes have come out.</summary>
    public async Task BytesAsync(int count)
    {
        ReadResult result = await _bytes.Reader.ReadAtLeastAsync(count).AsTask().WaitAsync(Waiting.HangGuard);
        _bytes.Reader.AdvanceTo(result.Buffer.Start);
    }

    public static ToolRun Start(params string[] arguments) => new(arguments);

    /// <summary>Runs to the end.</summary>
    public static async Task<ToolRun> CompleteAsync(params string[] arguments)
    {
        var run = new ToolRun(arguments);
        await run.Exit.WaitAsync(Waiting.HangGuard);
        return run;
    }

    /// <summary>Asserts the form of every failure: exit code, nothing but one line on standard error, no stack trace.</summary>
    public static async Task FailsAsync(string expected, params string[] arguments)
    {
        ToolRun run = await CompleteAsync(arguments);
        string line = Assert.Single(run.Errors);
        Assert.StartsWith("sockets: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        Assert.NotEqual(0, await run.Exit);
    }

    public Task<string> LineAsync(string prefix) => _out.LineAsync(prefix).WaitAsync(Waiting.HangGuard);

    /// <summary>As <see cref="LineAsync"/>, on standard error.</summary>
    public Task<string> NoteAsync(string prefix) => _error.LineAsync(prefix).WaitAsync(Waiting.HangGuard);

    /// <summary>Where a server listens.</summary>
    public async Task<string> AddressAsync() => (await LineAsync("listening "))["listening ".Length..];

    public async Task TypeAsync(string line) => await _in.Writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Standard input, to its end.</summary>
    public async Task PipeAsync(byte[] input)
    {
        await _in.Writer.WriteAsync(input);
        await _in.Writer.CompleteAsync();
    }

    /// <summary>What SIGINT and SIGTERM do.</summary>
    public async Task<int> InterruptAsync()
    {
        await _signal.CancelAsync();
        return await Exit.WaitAsync(Waiting.HangGuard);
    }

    public async ValueTask DisposeAsync()
    {
        await InterruptAsync();
        await _in.Writer.CompleteAsync();
        _signal.Dispose();
    }

    /// <summary>Collects lines and tells who waits for one.</summary>
    private sealed class LineWriter : TextWriter
    {
        private readonly Lock _gate = new();
        private readonly StringBuilder _current = new();
        private readonly List<string> _lines = [];
        private readonly ConcurrentBag<(string Prefix, TaskCompletionSource<string> Found)> _waiters = [];

        public override Encoding Encoding => Encoding.UTF8;

        public string[] Lines
        {
            get
            {
                lock (_gate)
                    return [.. _lines];
            }
        }

        public Task<string> LineAsync(string prefix)
        {
            lock (_gate)
            {
                if (_lines.Find(line => line.StartsWith(prefix, StringComparison.Ordinal)) is { } line)
                    return Task.FromResult(line);
                var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiters.Add((prefix, found));
                return found.Task;
            }
        }

        public override void Write(char value)
        {
            lock (_gate)
            {
                if (value != '\n')
                {
                    _current.Append(value);
                    return;
                }

                string line = _current.ToString().TrimEnd('\r');
                _current.Clear();
                _lines.Add(line);
                foreach ((string prefix, TaskCompletionSource<string> found) in _waiters)
                {
                    if (line.StartsWith(prefix, StringComparison.Ordinal))
                        found.TrySetResult(line);
                }
            }
        }
    }
}
