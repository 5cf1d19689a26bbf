using System.Net;
using Sockets.Testing;

namespace Sockets.Allocation.Tests;

/// <summary>
/// Datagrams through the real driver and real UDP sockets, both ways, cost no memory: neither with a handler in the receive
/// loop nor through the receive queue.
/// </summary>
public class DriverAllocationTests
{
    private const int WarmUp = 20_000;
    private const int Datagrams = 100_000;

    /// <summary>What the runtime itself may allocate meanwhile (timers, work queues, tiering): less than a byte a datagram.</summary>
    private const long RuntimeNoise = 64 * 1024;

    private const int Attempts = 5;

    /// <summary>For thousands of turns of several threads, each of which a busy machine may let wait for milliseconds.</summary>
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task With_handlers_in_the_receive_loops()
    {
        await using DtlsListener listener = Listen(new Echo());
        using var client = new PingPong();
        await using DtlsChannel channel = await ConnectAsync(listener, client);
        Assert.InRange(Measure(count => client.Run(channel, count)), 0, RuntimeNoise);
    }

    [Fact]
    public async Task Through_the_receive_queues()
    {
        await using DtlsListener listener = Listen(null);
        await using DtlsChannel client = await ConnectAsync(listener, null);
        await using DtlsChannel server = await listener.AcceptAsync().AsTask().WaitAsync(HangGuard);
        Task echoing = EchoAsync(server);
        byte[] datagram = new byte[1000];
        byte[] buffer = new byte[2000];
        Assert.InRange(Measure(count => AskAsync(client, datagram, buffer, count).WaitAsync(HangGuard).GetAwaiter().GetResult()), 0, RuntimeNoise);
        client.Close();
        await echoing.WaitAsync(HangGuard);
    }

    private static long Measure(Action<int> run)
    {
        run(WarmUp);
        long fewest = long.MaxValue;
        for (int i = 0; i < Attempts && fewest > RuntimeNoise; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            run(Datagrams);
            fewest = Math.Min(fewest, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return fewest;
    }

    private static DtlsListener Listen(IDtlsHandler? handler)
    {
        TestCertificate certificate = TestCertificates.EcdsaP256;
        return DtlsListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new DtlsServerOptions { Credentials = [certificate.ToCredential(TestProviders.Default)], Handler = handler });
    }

    private static async Task<DtlsChannel> ConnectAsync(DtlsListener listener, IDtlsHandler? handler) =>
        await DtlsChannel.ConnectAsync(
            listener.LocalEndPoint,
            new DtlsClientOptions { TargetHost = TestCertificates.HostName, Trust = PeerTrust.Anchors([TestCertificates.Authority]), Handler = handler }).AsTask().WaitAsync(HangGuard);

    private static async Task EchoAsync(DtlsChannel channel)
    {
        byte[] buffer = new byte[2000];
        while (await channel.ReceiveAsync(buffer) is { IsClosed: false } result)
            channel.TrySend(buffer.AsSpan(0, result.Length));
    }

    private static async Task AskAsync(DtlsChannel channel, byte[] datagram, byte[] buffer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await channel.SendAsync(datagram);
            DtlsReceiveResult result = await channel.ReceiveAsync(buffer);
            if (result.Length != datagram.Length)
                throw new InvalidOperationException("The echo has another length.");
        }
    }

    private sealed class Echo : IDtlsHandler
    {
        public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram) => channel.TrySend(datagram);
    }

    /// <summary>Keeps a few datagrams on the way until enough have come back.</summary>
    private sealed class PingPong : IDtlsHandler, IDisposable
    {
        private const int Window = 8;

        private readonly byte[] _datagram = new byte[1000];
        private readonly ManualResetEventSlim _done = new();
        private int _missing;

        public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram)
        {
            if (Interlocked.Decrement(ref _missing) > 0)
                channel.TrySend(datagram);
            else
                _done.Set();
        }

        public void Dispose() => _done.Dispose();

        public void Run(DtlsChannel channel, int count)
        {
            Volatile.Write(ref _missing, count); // first: an echo of the run before must not end this one
            _done.Reset();
            for (int i = 0; i < Window; i++)
                channel.TrySend(_datagram);

            // A datagram that was lost takes its place in the window with it: another one is put there.
            int last = count;
            for (int seconds = 0; !_done.Wait(TimeSpan.FromSeconds(1)); seconds++)
            {
                if (seconds > HangGuard.TotalSeconds)
                    throw new TimeoutException("Nothing comes back any more.");
                int missing = Volatile.Read(ref _missing);
                if (missing == last)
                    channel.TrySend(_datagram);
                else
                    seconds = 0; // slow is not stuck
                last = missing;
            }
        }
    }
}
