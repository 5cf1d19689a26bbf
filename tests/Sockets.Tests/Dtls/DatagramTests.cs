namespace Sockets.Tests;

public class DatagramTests
{
    [Fact]
    public async Task An_empty_datagram_is_not_the_end()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        await client.SendAsync(Array.Empty<byte>());
        DtlsReceiveResult result = await server.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.Equal(new DtlsReceiveResult(0, false, false), result);
    }

    [Fact]
    public async Task A_short_buffer_reports_truncation_and_the_next_datagram_is_whole()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        await client.SendAsync(new byte[] { 1, 2, 3, 4 });
        byte[] buffer = new byte[2];
        DtlsReceiveResult result = await server.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.Equal(new DtlsReceiveResult(2, true, false), result);
        Assert.Equal([1, 2], buffer);
        await client.SendAsync(new byte[] { 5, 6, 7 });
        Assert.Equal([5, 6, 7], await server.ReadAsync());
    }

    [Fact]
    public async Task The_largest_datagram_arrives_and_a_larger_one_is_refused_with_the_limit()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options => options.MaxDatagramSize = 700);
        byte[] largest = new byte[client.MaxDatagramLength];
        Random.Shared.NextBytes(largest);
        await client.SendAsync(largest);
        Assert.Equal(largest, await server.ReadAsync());

        ArgumentException exception = Assert.Throws<ArgumentException>(() => client.TrySend(new byte[client.MaxDatagramLength + 1]));
        Assert.Contains($"at most {client.MaxDatagramLength} bytes", exception.Message, StringComparison.Ordinal);
        Assert.InRange(client.MaxDatagramLength, 650, 699);
        await client.SendAsync(new byte[] { 9 });
        Assert.Equal([9], await server.ReadAsync());
    }

    [Fact]
    public async Task Sending_from_many_threads_at_once_delivers_every_datagram_whole()
    {
        const int Threads = 4;
        const int PerThread = 50;
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.ReceiveQueueSize = 8 << 20;
            options.SocketReceiveBufferSize = 4 << 20;
        });
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        Task[] senders = [.. Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < PerThread; i++)
            {
                byte[] datagram = new byte[100];
                Array.Fill(datagram, (byte)thread);
                Assert.True(client.TrySend(datagram));
            }
        }))];
        await Task.WhenAll(senders).WaitAsync(Loopback.HangGuard);
        client.Close();

        int received = 0;
        byte[] buffer = new byte[2000];
        while (await server.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard) is { IsClosed: false } result)
        {
            Assert.Equal(100, result.Length);
            Assert.True(buffer.AsSpan(0, 100).IndexOfAnyExcept(buffer[0]) < 0);
            received++;
        }

        Assert.Equal(0, server.DatagramsDropped);
        Assert.True(received > Threads); // the kernel may drop some when its buffer is small
    }
}
