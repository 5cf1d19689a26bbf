using Sockets.Links;

namespace Sockets.Diagnostics;

/// <summary>What others see of a client's connect: a measurement, an event, a line in the log.</summary>
internal static class ConnectTelemetry
{
    public static void Connected(SocketTarget target, string security, SocketClientOptions options, long start)
    {
        SocketsMeter.Connected(options.TimeProvider.GetElapsedTime(start).TotalSeconds, security, null);
        if (SocketsEventSource.Log.IsEnabled())
            SocketsEventSource.Log.Connected(target.ToString(), security);
        if (options.Logger is { } logger)
            SocketsLog.Connected(logger, target.ToString(), security);
    }

    public static void Failed(SocketTarget target, string security, SocketClientOptions options, long start, SocketFailureException failure)
    {
        SocketsMeter.Connected(options.TimeProvider.GetElapsedTime(start).TotalSeconds, security, failure.Reason);
        if (SocketsEventSource.Log.IsEnabled())
            SocketsEventSource.Log.ConnectFailed(target.ToString(), failure.Reason.ToString(), failure.Message);
        if (options.Logger is { } logger)
            SocketsLog.ConnectFailed(logger, target.ToString(), failure.Reason, failure.Message);
    }
}
