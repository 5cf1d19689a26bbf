using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests;

/// <summary>Servers whose keys and tickets are somewhere else, through the options and on real sockets.</summary>
public sealed class LookupTests
{
    [Fact]
    public async Task Keys_are_found_beside_the_loop()
    {
        using var key = new DtlsPreSharedKey("device 1"u8, new byte[16]);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Credentials = [];
            options.FindPreSharedKeyAsync = async (identity, _) =>
            {
                asked.TrySetResult();
                await answer.Task;
                return identity.Span.SequenceEqual("device 1"u8) ? key : throw new InvalidOperationException("unknown");
            };
        });
        Task<DtlsChannel> connecting = loopback.ConnectAsync(options => options.PreSharedKeys = [key]);
        await asked.Task.WaitAsync(Loopback.HangGuard);
        Assert.False(connecting.IsCompleted);
        answer.SetResult();
        await connecting;
        DtlsChannel server = await loopback.AcceptAsync();
        Assert.Equal("device 1"u8.ToArray(), server.PskIdentity.ToArray());

        // An exception is no key.
        using var other = new DtlsPreSharedKey("device 2"u8, new byte[16]);
        DtlsException failure = await loopback.FailToConnectAsync(options => options.PreSharedKeys = [other]);
        Assert.Equal(AlertDescription.DecryptError, failure.Failure?.Alert);
    }

    [Fact]
    public async Task Tickets_are_opened_and_used_beside_the_loop()
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        int uses = 0;
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Tickets = keys;
            options.OpenTicketAsync = async (ticket, _) =>
            {
                await Task.Yield();
                return keys.Unprotect(ticket.Span, DateTimeOffset.UtcNow);
            };
            options.UseTicketAsync = async (lookup, _) =>
            {
                await Task.Yield();
                Assert.True(lookup.Issued <= DateTimeOffset.UtcNow && lookup.Expires > DateTimeOffset.UtcNow);
                return Interlocked.Increment(ref uses) == 1;
            };
        });
        foreach (bool isResumed in (bool[])[false, true, false])
        {
            (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options => options.Tickets = cache);
            Assert.Equal(isResumed, client.IsResumed);
            Assert.Equal(isResumed, server.IsResumed);

            // Tickets come behind the handshake; what comes after them has been sent after them.
            await server.SendAsync("x"u8.ToArray());
            await client.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Loopback.HangGuard);
            await server.UpdateKeysAsync().WaitAsync(Loopback.HangGuard);
        }

        Assert.Equal(2, uses);
    }
}
