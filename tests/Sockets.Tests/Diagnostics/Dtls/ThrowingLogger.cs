using Microsoft.Extensions.Logging;

namespace Sockets.Tests.Diagnostics;

/// <summary>Throws over every line about a handshake.</summary>
internal sealed class ThrowingLogger : ILogger
{
    private int _thrown;

    public int Thrown => Volatile.Read(ref _thrown);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!formatter(state, exception).StartsWith("Handshake", StringComparison.Ordinal))
            return;
        Interlocked.Increment(ref _thrown);
        throw new InvalidOperationException("The log is full.");
    }
}
