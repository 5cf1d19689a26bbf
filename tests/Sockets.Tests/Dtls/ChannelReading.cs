namespace Sockets.Tests;

/// <summary>Reading from channels with a guard against hanging.</summary>
internal static class ChannelReading
{
    public static async Task<byte[]> ReadAsync(this DtlsChannel channel)
    {
        byte[] buffer = new byte[20_000];
        DtlsReceiveResult result = await channel.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.False(result.IsClosed);
        Assert.False(result.IsTruncated);
        return buffer[..result.Length];
    }

    /// <summary>Sends until the echo is there: UDP may lose datagrams, on loopback too when it is busy.</summary>
    public static async Task<byte[]> AskAsync(this DtlsChannel channel, byte[] question)
    {
        using var guard = new CancellationTokenSource(Loopback.HangGuard);
        byte[] buffer = new byte[20_000];
        while (true)
        {
            await channel.SendAsync(question, guard.Token);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(guard.Token);
            patience.CancelAfter(TimeSpan.FromSeconds(1));
            try
            {
                DtlsReceiveResult result = await channel.ReceiveAsync(buffer, patience.Token);
                Assert.False(result.IsClosed);
                return buffer[..result.Length];
            }
            catch (OperationCanceledException) when (!guard.IsCancellationRequested)
            {
                // Lost: again.
            }
        }
    }

    public static async Task<DtlsException?> EndAsync(this DtlsChannel channel) => await channel.Completion.WaitAsync(Loopback.HangGuard);
}
