using System.Net.Sockets;
using Sockets.Links;
using Sockets.Tests.Platform;
using static Sockets.Tests.Proxy.ProxyHeaders;

namespace Sockets.Tests.Proxy;

public class ProxyHeaderReaderTests
{
    public static TheoryData<int> EveryValid => [.. Enumerable.Range(0, Valid.Count)];

    [Theory]
    [MemberData(nameof(EveryValid))]
    public void A_header_is_taken_and_not_a_byte_more(int index)
    {
        using SystemPair pair = SystemPair.Tcp();
        var reader = new ProxyHeaderReader(pair.Second, new SocketProxyOptions());
        pair.First.Send([.. Valid[index], .. "\r\nthe data"u8]);
        SystemPair.AwaitReadable(pair.Second);
        Assert.True(reader.TryRead(out SocketProxyInfo? info));
        Assert.Equal(Describe(Parse(Valid[index]).Info!), Describe(info));
        Assert.True(reader.TryRead(out SocketProxyInfo? again));
        Assert.Same(info, again);
        Assert.Equal("\r\nthe data"u8, SystemPair.ReceiveExactly(pair.Second, 10));
    }

    [Theory]
    [MemberData(nameof(EveryValid))]
    public void Byte_by_byte_it_is_the_same(int index)
    {
        using SystemPair pair = SystemPair.Tcp();
        var reader = new ProxyHeaderReader(pair.Second, new SocketProxyOptions());
        byte[] header = Valid[index];
        SocketProxyInfo? info = null;
        for (int i = 0; i < header.Length; i++)
        {
            Assert.False(reader.TryRead(out info));
            pair.First.Send([header[i]]);
            SystemPair.AwaitReadable(pair.Second);
            Assert.Equal(i == header.Length - 1, reader.TryRead(out info));
        }

        Assert.Equal(Describe(Parse(header).Info!), Describe(info!));
        Assert.Equal(0, pair.Second.Available);
    }

    [Fact]
    public async Task It_waits_for_the_rest_and_goes_on_after_a_cancellation()
    {
        byte[] header = SocketProxyHeader.CreateVersion2(Source6, Destination6, [.. Tlvs, new SocketProxyTlv(SocketProxyTlvType.NoOperation, new byte[2000])]);
        using SystemPair pair = SystemPair.Tcp();
        var reader = new ProxyHeaderReader(pair.Second, new SocketProxyOptions());
        pair.First.Send(header.AsSpan(0, 20));
        using var cancellation = new CancellationTokenSource();
        Task<SocketProxyInfo> reading = reader.ReadAsync(cancellation.Token).AsTask();
        Assert.False(reading.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Waiting.HangGuard));

        reading = reader.ReadAsync(CancellationToken.None).AsTask();
        Assert.False(reading.IsCompleted);
        pair.First.Send([.. header.AsSpan(20), 42]);
        Assert.Equal(Source6, (await reading.WaitAsync(Waiting.HangGuard)).Source);
        Assert.Equal([42], SystemPair.ReceiveExactly(pair.Second, 1));
    }

    [Fact]
    public void What_is_no_header_is_refused()
    {
        using SystemPair pair = SystemPair.Tcp();
        var reader = new ProxyHeaderReader(pair.Second, new SocketProxyOptions());
        pair.First.Send("GET / HTTP/1.1\r\n"u8);
        SystemPair.AwaitReadable(pair.Second);
        SocketFailureException exception = Assert.Throws<SocketFailureException>(() => reader.TryRead(out _));
        Assert.Equal(SocketFailureReason.ProtocolError, exception.Reason);
        Assert.Contains("does not begin with a PROXY header", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task An_early_end_is_a_failure(int sent)
    {
        using SystemPair pair = SystemPair.Tcp();
        var reader = new ProxyHeaderReader(pair.Second, new SocketProxyOptions());
        Task<SocketProxyInfo> reading = reader.ReadAsync(CancellationToken.None).AsTask();
        if (sent > 0)
            pair.First.Send(Valid[0].AsSpan(0, sent));
        pair.First.Shutdown(SocketShutdown.Send);
        SocketFailureException exception = await Assert.ThrowsAsync<SocketFailureException>(() => reading.WaitAsync(Waiting.HangGuard));
        Assert.Equal(SocketFailureReason.ProtocolError, exception.Reason);
    }

    [Fact]
    public async Task A_reset_is_a_failure()
    {
        using SystemPair pair = SystemPair.Tcp();
        var reader = new ProxyHeaderReader(pair.Second, new SocketProxyOptions());
        Task<SocketProxyInfo> reading = reader.ReadAsync(CancellationToken.None).AsTask();
        pair.First.LingerState = new LingerOption(true, 0);
        pair.First.Dispose();
        SocketFailureException exception = await Assert.ThrowsAsync<SocketFailureException>(() => reading.WaitAsync(Waiting.HangGuard));
        Assert.Equal(SocketFailureReason.ConnectionReset, exception.Reason);
    }
}
