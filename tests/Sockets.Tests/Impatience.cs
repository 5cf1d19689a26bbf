namespace Sockets.Tests;

/// <summary>Cancels from another thread while the operation runs.</summary>
internal static class Impatience
{
    /// <summary>Whenever the thread pool comes to it; after the operation's end it is disposed already, and nobody is left to be told.</summary>
    public static void CancelSoon(this CancellationTokenSource source) => _ = Task.Run(() =>
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The operation was faster.
        }
    });
}
