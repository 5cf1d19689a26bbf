using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Allocation.Tests.Tls;

/// <summary>Records through the TLS link and real sockets, both ways: what is measured is what the whole process allocates.</summary>
public sealed class TlsAllocationTests(ITestOutputHelper output)
{
    private const int WarmUp = 5_000;
    private const int RoundTrips = 20_000;
    private const int RecordsInBulk = 4_000;
    private const int Attempts = 5;

    /// <summary>What the runtime itself may allocate meanwhile: a byte or two a record.</summary>
    private const long RuntimeNoise = 64 * 1024;

    /// <summary>For thousands of turns of several threads, each of which a busy machine may let wait for milliseconds.</summary>
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Tried_by_one_thread()
    {
        (Socket client, Socket server) = await OpenAsync();
        using (client)
        using (server)
        {
            byte[] message = new byte[1000];
            byte[] buffer = new byte[2000];
            Check("TrySend and TryReceive, there and back", RoundTrips, Measure(RoundTrips, count =>
            {
                for (int i = 0; i < count; i++)
                {
                    Pass(client, server, message, buffer);
                    Pass(server, client, message, buffer);
                }
            }));
        }
    }

    [Fact]
    public async Task Awaited()
    {
        (Socket client, Socket server) = await OpenAsync();
        using (client)
        using (server)
        {
            byte[] message = new byte[1000];
            byte[] buffer = new byte[2000];
            Task echoing = EchoAsync(server);
            Check("SendAsync and ReceiveAsync, there and back", RoundTrips, Measure(RoundTrips, count => AskAsync(client, message, buffer, count).WaitAsync(HangGuard).GetAwaiter().GetResult()));
            await client.ShutdownSendAsync();
            await echoing.WaitAsync(HangGuard);
        }
    }

    [Fact]
    public async Task In_bulk_against_a_slow_reader()
    {
        (Socket client, Socket server) = await OpenAsync();
        using (client)
        using (server)
        {
            byte[] message = new byte[16_384];
            byte[] buffer = new byte[65_536];
            long bytes = Measure(RecordsInBulk, count =>
            {
                Task sending = SendAsync(client, message, count);
                ReceiveAsync(server, buffer, (long)message.Length * count).WaitAsync(HangGuard).GetAwaiter().GetResult();
                sending.WaitAsync(HangGuard).GetAwaiter().GetResult();
            });
            output.WriteLine($"bulk: {(double)bytes / RecordsInBulk:0.0} bytes a record");
            // A send that has to wait for the reader costs a task; most do not.
            Assert.InRange((double)bytes / RecordsInBulk, 0, 600);
        }
    }

    private void Check(string what, int count, long bytes)
    {
        output.WriteLine($"{what}: {(double)bytes / count:0.000} bytes each");
        Assert.InRange(bytes, 0, RuntimeNoise);
    }

    private static long Measure(int count, Action<int> run)
    {
        run(Math.Min(count, WarmUp));
        long fewest = long.MaxValue;
        for (int i = 0; i < Attempts && fewest > RuntimeNoise; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            run(count);
            fewest = Math.Min(fewest, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return fewest;
    }

    private static void Pass(Socket from, Socket to, byte[] message, byte[] buffer)
    {
        if (!from.TrySend(message, out int sent) || sent != message.Length)
            throw new InvalidOperationException("A small record has room.");
        int received = 0;
        while (received < message.Length)
        {
            if (to.TryReceive(buffer, out SocketReceiveResult result))
                received += result.Count;
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        byte[] buffer = new byte[2000];
        while (true)
        {
            SocketReceiveResult result = await socket.ReceiveAsync(buffer);
            if (result.IsEnd)
                return;
            await socket.SendAsync(buffer.AsMemory(0, result.Count));
        }
    }

    private static async Task AskAsync(Socket socket, byte[] message, byte[] buffer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await socket.SendAsync(message);
            for (int received = 0; received < message.Length;)
                received += (await socket.ReceiveAsync(buffer)).Count;
        }
    }

    private static async Task SendAsync(Socket socket, byte[] message, int count)
    {
        for (int i = 0; i < count; i++)
            await socket.SendAsync(message);
    }

    private static async Task ReceiveAsync(Socket socket, byte[] buffer, long count)
    {
        while (count > 0)
            count -= (await socket.ReceiveAsync(buffer)).Count;
    }

    private static async Task<(Socket Client, Socket Server)> OpenAsync()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2049, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UseTls(new TlsServerOptions
        {
            Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(certificate)),
        }));
        Task<Socket> connecting = Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions().UseTls(new TlsClientOptions
        {
            Trust = PeerTrust.CertificateFingerprints(SHA256.HashData(certificate.RawData)),
        })).AsTask();
        using var guard = new CancellationTokenSource(HangGuard);
        Socket server = await listener.AcceptAsync(guard.Token);
        Socket client = await connecting;
        // Sockets that were accepted live on without their listener, and tickets are read before the measurement.
        await server.SendAsync(new byte[1]);
        await client.ReceiveAsync(new byte[1]);
        return (client, server);
    }
}
