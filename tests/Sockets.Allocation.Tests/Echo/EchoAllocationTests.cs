using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Sockets.Links;
using SystemSocket = System.Net.Sockets.Socket;

namespace Sockets.Allocation.Tests.Echo;

/// <summary>A plain echo in steady state costs no memory, whichever face it goes through: measured over the whole process.</summary>
public class EchoAllocationTests
{
    private const int WarmUp = 5_000;
    private const int RoundTrips = 20_000;
    private const int Length = 500;

    /// <summary>A byte for each of the four operations of a round trip, for what the runtime does beside: not an object in a hundred.</summary>
    private const long RuntimeNoise = 4 * RoundTrips;

    private const int Attempts = 5;

    /// <summary>For thousands of turns of several threads, each of which a busy machine may let wait for milliseconds.</summary>
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(10);

    public static TheoryData<string, string> Faces
    {
        get
        {
            var faces = new TheoryData<string, string>();
            foreach (string face in new[] { "try", "blocking", "blocking vectors", "async", "async vectors", "async with limits", "queued", "queued with limits", "batch" })
                faces.Add("tcp", face);
            foreach (string kind in new[] { "unix", "udp" })
            {
                foreach (string face in new[] { "try", "async", "queued" })
                    faces.Add(kind, face);
            }

            return faces;
        }
    }

    [Theory]
    [MemberData(nameof(Faces))]
    public async Task An_echo_allocates_nothing(string kind, string face)
    {
        (Socket client, Socket server) = Connect(kind);
        var end = new Ends(client, server);
        long allocated = Measure(count => end.Run(face, count));
        await end.DisposeAsync();
        Assert.InRange(allocated, 0, RuntimeNoise);
    }

    /// <summary>As many operations wait at once as there are sockets, and end on any thread.</summary>
    [Theory]
    [InlineData("async")]
    [InlineData("queued")]
    public async Task Echoes_on_many_sockets_at_once_allocate_nothing(string face)
    {
        const int pairs = 32;
        var ends = new Ends[pairs];
        for (int i = 0; i < pairs; i++)
        {
            (Socket client, Socket server) = Connect("tcp");
            ends[i] = new Ends(client, server);
        }

        long allocated = Measure(count => Task.WhenAll(ends.Select(end => end.RunAsync(face, count / pairs))).WaitAsync(HangGuard).GetAwaiter().GetResult());
        foreach (Ends end in ends)
            await end.DisposeAsync();
        Assert.InRange(allocated, 0, RuntimeNoise);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public async Task An_echo_through_pipes_allocates_nothing(string kind)
    {
        (Socket client, Socket server) = Connect(kind);
        using var pool = new SlabPool(new SlabPoolOptions { DetectMisuse = false });
        var options = new SocketAsyncOptions { Pool = pool };
        await using var near = new SocketAsync(client, options);
        await using var far = new SocketAsync(server, options);
        Task echoing = far.Input.CopyToAsync(far.Output);
        long allocated = Measure(count => AskAsync(near, count).WaitAsync(HangGuard).GetAwaiter().GetResult());
        await near.ShutdownSendAsync();
        await echoing.WaitAsync(HangGuard);
        Assert.InRange(allocated, 0, RuntimeNoise);
    }

    private static async Task AskAsync(SocketAsync socket, int count)
    {
        for (int i = 0; i < count; i++)
        {
            socket.Output.GetSpan(Length)[..Length].Fill((byte)i);
            socket.Output.Advance(Length);
            await socket.Output.FlushAsync();
            ReadResult read = await socket.Input.ReadAtLeastAsync(Length);
            socket.Input.AdvanceTo(read.Buffer.End);
        }
    }

    private static long Measure(Action<int> run)
    {
        run(WarmUp);
        long fewest = long.MaxValue;
        for (int i = 0; i < Attempts && fewest > RuntimeNoise; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            run(RoundTrips);
            fewest = Math.Min(fewest, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return fewest;
    }

    private static (Socket Client, Socket Server) Connect(string kind)
    {
        if (kind == "udp")
        {
            var first = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var second = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            first.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            second.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            first.Connect(second.LocalEndPoint!);
            second.Connect(first.LocalEndPoint!);
            first.Blocking = second.Blocking = false;
            return (Wrap(new PlainDatagramLink(first), SocketTransport.Datagram), Wrap(new PlainDatagramLink(second), SocketTransport.Datagram));
        }

        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        EndPoint endPoint = kind == "unix" ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, 0);
        ProtocolType protocol = kind == "unix" ? ProtocolType.Unspecified : ProtocolType.Tcp;
        using var listener = new SystemSocket(endPoint.AddressFamily, SocketType.Stream, protocol);
        listener.Bind(endPoint);
        listener.Listen();
        var client = new SystemSocket(endPoint.AddressFamily, SocketType.Stream, protocol);
        client.Connect(listener.LocalEndPoint!);
        SystemSocket server = listener.Accept();
        File.Delete(path);
        if (kind == "tcp")
            client.NoDelay = server.NoDelay = true;
        client.Blocking = server.Blocking = false;
        return (Wrap(new PlainLink(client), SocketTransport.Stream), Wrap(new PlainLink(server), SocketTransport.Stream));
    }

    private static Socket Wrap(SocketLink link, SocketTransport transport) => new(link, transport, TimeProvider.System);

    /// <summary>Two ends, and one way of sending there and back for each face.</summary>
    private sealed class Ends(Socket client, Socket server) : IAsyncDisposable
    {
        private readonly SocketAsync _client = new(client);
        private readonly SocketAsync _server = new(server);
        private readonly byte[] _question = new byte[Length];
        private readonly byte[] _heard = new byte[Length];
        private readonly byte[] _answer = new byte[Length];
        private readonly CancellationTokenSource _cancellation = new();

        public void Run(string face, int count)
        {
            switch (face)
            {
                case "try":
                    Try(count);
                    break;
                case "blocking":
                    Block(count);
                    break;
                case "blocking vectors":
                    BlockVectors(count);
                    break;
                default:
                    RunAsync(face, count).WaitAsync(HangGuard).GetAwaiter().GetResult();
                    break;
            }
        }

        public Task RunAsync(string face, int count)
        {
            client.SendTimeout = client.ReceiveTimeout = face == "async with limits" ? TimeSpan.FromMinutes(1) : Timeout.InfiniteTimeSpan;
            Func<SocketSide, int, Task> turn = face switch
            {
                "async" => static (side, count) => AsyncAsync(side, count, default),
                "async with limits" => (side, count) => AsyncAsync(side, count, _cancellation.Token),
                "async vectors" => AsyncVectorsAsync,
                "queued" => static (side, count) => QueuedAsync(side, count, Timeout.InfiniteTimeSpan, default),
                "queued with limits" => (side, count) => QueuedAsync(side, count, TimeSpan.FromMinutes(1), _cancellation.Token),
                _ => BatchAsync,
            };
            return Task.WhenAll(turn(new SocketSide(server, _server, _heard, false), count), turn(new SocketSide(client, _client, _question, true), count));
        }

        public async ValueTask DisposeAsync()
        {
            await _client.DisposeAsync();
            await _server.DisposeAsync();
            _cancellation.Dispose();
        }

        private void Try(int count)
        {
            for (int i = 0; i < count; i++)
            {
                TrySendAll(client, _question);
                TryReceiveAll(server, _heard);
                TrySendAll(server, _heard);
                TryReceiveAll(client, _answer);
            }
        }

        private static void TrySendAll(Socket socket, ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                if (socket.TrySend(bytes, out int sent))
                    bytes = bytes[sent..];
            }
        }

        private static void TryReceiveAll(Socket socket, Span<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                if (socket.TryReceive(bytes, out SocketReceiveResult result))
                    bytes = bytes[result.Count..];
            }
        }

        /// <summary>In one thread: what was sent over loopback is there, so that nobody waits for long.</summary>
        private void Block(int count)
        {
            for (int i = 0; i < count; i++)
            {
                client.Send(_question);
                for (int received = 0; received < Length;)
                    received += server.Receive(_heard.AsSpan(received)).Count;
                server.Send(_heard);
                for (int received = 0; received < Length;)
                    received += client.Receive(_answer.AsSpan(received)).Count;
            }
        }

        private void BlockVectors(int count)
        {
            ReadOnlyMemory<byte>[] outgoing = [_question.AsMemory(0, 100), _question.AsMemory(100)];
            Memory<byte>[] incoming = [_heard.AsMemory(0, 300), _heard.AsMemory(300)];
            for (int i = 0; i < count; i++)
            {
                client.Send(outgoing);
                if (server.Receive(incoming).Count != Length)
                    throw new InvalidOperationException("A part of a question.");
                server.Send(outgoing);
                if (client.Receive(incoming).Count != Length)
                    throw new InvalidOperationException("A part of an answer.");
            }
        }

        private static async Task AsyncAsync(SocketSide side, int count, CancellationToken cancellationToken)
        {
            for (int i = 0; i < count; i++)
            {
                if (side.Asks)
                    await side.Socket.SendAsync(side.Buffer, cancellationToken);
                for (int received = 0; received < Length;)
                    received += (await side.Socket.ReceiveAsync(side.Buffer.AsMemory(received), cancellationToken)).Count;
                if (!side.Asks)
                    await side.Socket.SendAsync(side.Buffer, cancellationToken);
            }
        }

        private static async Task AsyncVectorsAsync(SocketSide side, int count)
        {
            ReadOnlyMemory<byte>[] outgoing = [side.Buffer.AsMemory(0, 100), side.Buffer.AsMemory(100)];
            Memory<byte>[] incoming = [side.Buffer.AsMemory(0, 300), side.Buffer.AsMemory(300)];
            for (int i = 0; i < count; i++)
            {
                if (side.Asks)
                    await side.Socket.SendAsync(outgoing.AsMemory());
                if ((await side.Socket.ReceiveAsync(incoming.AsMemory())).Count != Length)
                    throw new InvalidOperationException("A part.");
                if (!side.Asks)
                    await side.Socket.SendAsync(outgoing.AsMemory());
            }
        }

        private static async Task QueuedAsync(SocketSide side, int count, TimeSpan timeout, CancellationToken cancellationToken)
        {
            for (int i = 0; i < count; i++)
            {
                if (side.Asks)
                    await side.Queue.SendAsync(side.Buffer, timeout, cancellationToken);
                for (int received = 0; received < Length;)
                    received += (await side.Queue.ReceiveAsync(side.Buffer.AsMemory(received), timeout, cancellationToken)).Count;
                if (!side.Asks)
                    await side.Queue.SendAsync(side.Buffer, timeout, cancellationToken);
            }
        }

        private static async Task BatchAsync(SocketSide side, int count)
        {
            var completions = new ValueTask<SocketOperationResult>[2];
            for (int i = 0; i < count; i++)
            {
                if (side.Asks)
                {
                    side.Queue.Submit([SocketOperation.Send(side.Buffer), SocketOperation.Receive(side.Buffer)], completions);
                    await completions[0];
                    await completions[1];
                }
                else
                {
                    await side.Queue.ReceiveAsync(side.Buffer);
                    side.Queue.Submit([SocketOperation.Send(side.Buffer)], completions);
                    await completions[0];
                }
            }
        }
    }

    private sealed record SocketSide(Socket Socket, SocketAsync Queue, byte[] Buffer, bool Asks);
}
