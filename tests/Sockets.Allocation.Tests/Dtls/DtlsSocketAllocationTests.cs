using System.Net;
using Sockets.Testing;

namespace Sockets.Allocation.Tests;

/// <summary>Datagrams under DTLS through <see cref="Socket"/> cost no memory, whichever calls are used and whoever drives.</summary>
public class DtlsSocketAllocationTests
{
    private const int WarmUp = 20_000;
    private const int Datagrams = 50_000;

    /// <summary>What the runtime itself may allocate meanwhile: about a byte a datagram.</summary>
    private const long RuntimeNoise = 64 * 1024;

    private const int Attempts = 5;

    /// <summary>For thousands of turns of several threads, each of which a busy machine may let wait for milliseconds.</summary>
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task Asynchronous_calls_in_the_background(string bound)
    {
        await using SocketListener listener = Listen(drivenByPoll: false, bound);
        using Socket client = await ConnectAsync(listener, drivenByPoll: false);
        using Socket server = await listener.AcceptAsync().AsTask().WaitAsync(HangGuard);
        Task echoing = EchoAsync(server);
        byte[] datagram = new byte[1000];
        byte[] buffer = new byte[2000];
        Assert.InRange(Measure(count => AskAsync(client, datagram, buffer, count).WaitAsync(HangGuard).GetAwaiter().GetResult()), 0, RuntimeNoise);
        client.Dispose();
        await echoing.WaitAsync(HangGuard);
    }

    [Fact]
    public async Task Blocking_calls_in_the_background()
    {
        await using SocketListener listener = Listen(drivenByPoll: false, "127.0.0.1");
        using Socket client = await ConnectAsync(listener, drivenByPoll: false);
        using Socket server = await listener.AcceptAsync().AsTask().WaitAsync(HangGuard);
        client.ReceiveTimeout = HangGuard;
        Task echoing = Task.Run(() =>
        {
            byte[] buffer = new byte[2000];
            while (server.Receive(buffer) is { IsEnd: false } result)
                server.Send(buffer.AsSpan(0, result.Count));
        });
        byte[] datagram = new byte[1000];
        byte[] buffer = new byte[2000];
        Assert.InRange(
            Measure(count =>
            {
                for (int i = 0; i < count; i++)
                {
                    client.Send(datagram);
                    Check(client.Receive(buffer), datagram);
                }
            }),
            0,
            RuntimeNoise);
        client.Dispose();
        await echoing.WaitAsync(HangGuard);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task One_thread_for_both_ends_and_nothing_in_the_background(string bound)
    {
        await using SocketListener listener = Listen(drivenByPoll: true, bound);
        Task<Socket> accepting = Task.Run(listener.Accept);
        using Socket client = await ConnectAsync(listener, drivenByPoll: true);
        using Socket server = await accepting.WaitAsync(HangGuard);
        byte[] datagram = new byte[1000];
        byte[] buffer = new byte[2000];
        server.ReceiveTimeout = HangGuard;
        client.ReceiveTimeout = HangGuard;
        Assert.InRange(
            Measure(count =>
            {
                for (int i = 0; i < count; i++)
                {
                    client.Send(datagram);
                    Check(server.Receive(buffer), datagram);
                    server.Send(buffer.AsSpan(0, datagram.Length));
                    Check(client.Receive(buffer), datagram);
                }
            }),
            0,
            RuntimeNoise);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batches_of_blocking_calls(bool drivenByPoll)
    {
        const int Batch = 50;
        await using SocketListener listener = Listen(drivenByPoll, "127.0.0.1");
        Task<Socket> accepting = drivenByPoll ? Task.Run(listener.Accept) : listener.AcceptAsync().AsTask();
        using Socket client = await ConnectAsync(listener, drivenByPoll);
        using Socket server = await accepting.WaitAsync(HangGuard);
        byte[] datagrams = new byte[(Batch * 1000) - 400];
        int[] lengths = [.. Enumerable.Repeat(1000, Batch - 1), 600];
        byte[] buffer = new byte[Batch * 1000];
        var results = new SocketReceiveResult[64];
        server.ReceiveTimeout = HangGuard;
        Assert.InRange(
            Measure(count =>
            {
                for (int sent = 0; sent < count; sent += Batch)
                {
                    if (client.SendDatagrams(datagrams, lengths) != Batch)
                        throw new InvalidOperationException("Not all were sent.");
                    int received = 0;
                    while (received < Batch)
                    {
                        foreach (SocketReceiveResult result in results.AsSpan(0, server.ReceiveDatagrams(buffer, results)))
                        {
                            if (result.Count != lengths[received++])
                                throw new InvalidOperationException("One has another length.");
                        }
                    }
                }
            }),
            0,
            RuntimeNoise);
    }

    [Fact]
    public async Task Batches_of_asynchronous_calls()
    {
        await using SocketListener listener = Listen(drivenByPoll: false, "127.0.0.1");
        using Socket client = await ConnectAsync(listener, drivenByPoll: false);
        using Socket server = await listener.AcceptAsync().AsTask().WaitAsync(HangGuard);
        Assert.InRange(Measure(count => ExchangeAsync(client, server, count).WaitAsync(HangGuard).GetAwaiter().GetResult()), 0, RuntimeNoise);
    }

    private static async Task ExchangeAsync(Socket from, Socket to, int count)
    {
        const int Batch = 20;
        byte[] datagrams = new byte[Batch * 1000];
        int[] lengths = [.. Enumerable.Repeat(1000, Batch)];
        byte[] buffer = new byte[Batch * 1000];
        var results = new SocketReceiveResult[Batch];
        for (int sent = 0; sent < count; sent += Batch)
        {
            await from.SendDatagramsAsync(datagrams, lengths);
            for (int received = 0; received < Batch;)
                received += await to.ReceiveDatagramsAsync(buffer, results);
        }
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

    private static SocketListener Listen(bool drivenByPoll, string bound) => SocketListener.Bind(
        new IPEndPoint(IPAddress.Parse(bound), 0),
        new SocketListenerOptions { DrivenByPoll = drivenByPoll }.UseDtls(new DtlsServerOptions { Credentials = [TestCertificates.EcdsaP256.ToCredential(TestProviders.Default)] }));

    private static async Task<Socket> ConnectAsync(SocketListener listener, bool drivenByPoll)
    {
        var target = new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint).Port);
        SocketClientOptions options = new SocketClientOptions { DrivenByPoll = drivenByPoll }
            .UseDtls(new DtlsClientOptions { TargetHost = TestCertificates.HostName, Trust = PeerTrust.Anchors([TestCertificates.Authority]) });
        return await Socket.ConnectAsync(target, options).AsTask().WaitAsync(HangGuard);
    }

    private static async Task EchoAsync(Socket socket)
    {
        byte[] buffer = new byte[2000];
        while (await socket.ReceiveAsync(buffer) is { IsEnd: false } result)
            await socket.SendAsync(buffer.AsMemory(0, result.Count));
    }

    private static async Task AskAsync(Socket socket, byte[] datagram, byte[] buffer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await socket.SendAsync(datagram);
            Check(await socket.ReceiveAsync(buffer), datagram);
        }
    }

    private static void Check(SocketReceiveResult result, byte[] datagram)
    {
        if (result.Count != datagram.Length)
            throw new InvalidOperationException("The echo has another length.");
    }
}
