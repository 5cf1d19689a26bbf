using System.Runtime.CompilerServices;

namespace Sockets.Tests;

/// <summary>Reading from channels with a guard against hanging.</summary>
internal static class ChannelReading
{
    /// <summary>What was sent more than once over a channel: its echo may come when something else has been asked.</summary>
    private static readonly ConditionalWeakTable<DtlsChannel, List<byte[]>> AskedAgain = [];

    public static async Task<byte[]> ReadAsync(this DtlsChannel channel)
    {
        byte[] buffer = new byte[20_000];
        DtlsReceiveResult result = await channel.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.False(result.IsClosed);
        Assert.False(result.IsTruncated);
        return buffer[..result.Length];
    }

    /// <summary>Ends when the channel's loop is done with what it is at: data is seen in the middle of that, and what came along with it is dealt with at the end.</summary>
    public static void Settle(this DtlsChannel channel) => _ = channel.Statistics;

    /// <summary>Sends until the echo is there: UDP may lose datagrams, on loopback too when it is busy.</summary>
    public static Task<byte[]> AskAsync(this DtlsChannel channel, byte[] question) => AskAsync(channel, question, TimeSpan.FromSeconds(1));

    /// <summary>As <see cref="AskAsync(DtlsChannel, byte[])"/>, for what has an effect each time it is asked.</summary>
    public static Task<byte[]> AskOnceAsync(this DtlsChannel channel, byte[] question) => AskAsync(channel, question, Loopback.HangGuard);

    private static async Task<byte[]> AskAsync(DtlsChannel channel, byte[] question, TimeSpan timeout)
    {
        using var guard = new CancellationTokenSource(Loopback.HangGuard);
        List<byte[]> askedAgain = AskedAgain.GetOrCreateValue(channel);
        byte[] buffer = new byte[20_000];
        while (true)
        {
            await channel.SendAsync(question, guard.Token);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(guard.Token);
            patience.CancelAfter(timeout);
            try
            {
                while (true)
                {
                    DtlsReceiveResult result = await channel.ReceiveAsync(buffer, patience.Token);
                    Assert.False(result.IsClosed);
                    byte[] answer = buffer[..result.Length];
                    if (answer.SequenceEqual(question) || !askedAgain.Exists(answer.SequenceEqual))
                        return answer;
                }
            }
            catch (OperationCanceledException) when (!guard.IsCancellationRequested)
            {
                askedAgain.Add(question); // lost, or late: then its echo comes twice
            }
        }
    }

    public static async Task<DtlsException?> EndAsync(this DtlsChannel channel) => await channel.Completion.WaitAsync(Loopback.HangGuard);
}
