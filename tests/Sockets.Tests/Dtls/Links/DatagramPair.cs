using System.Net;
using Sockets.Platform;

namespace Sockets.Tests;

/// <summary>A client and its server, both as <see cref="Socket"/>s, plain or under DTLS.</summary>
internal sealed class DatagramPair : IAsyncDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly SocketListener _listener;

    private readonly Func<DatagramFeatures, int>? _refusal;

    private DatagramPair(DatagramKind kind, Func<DatagramFeatures, int>? refusal)
    {
        _refusal = refusal;
        _listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), kind == DatagramKind.Plain
            ? new SocketListenerOptions { Transport = SocketTransport.Datagram }.UsePlaintext()
            : new SocketListenerOptions { DrivenByPoll = kind == DatagramKind.DtlsPolled }.UseDtls(new DtlsServerOptions { Credentials = [_authority.ServerCredential()], RefuseDatagramFeature = refusal }));
    }

    public Socket Client { get; private set; } = null!;

    public Socket Server { get; private set; } = null!;

    public SocketListener Listener => _listener;

    public static async Task<DatagramPair> OpenAsync(DatagramKind kind, Func<DatagramFeatures, int>? refusal = null, bool isServerBlocking = false)
    {
        var pair = new DatagramPair(kind, refusal);
        try
        {
            using var guard = new CancellationTokenSource(Waiting.HangGuard);
            Task<Socket> accepting = kind == DatagramKind.DtlsPolled ? Task.Run(pair._listener.Accept) : pair._listener.AcceptAsync(guard.Token).AsTask();
            pair.Client = await Socket.ConnectAsync(pair._listener.LocalEndPoint, pair.ClientOptions(kind), guard.Token);

            // Plain UDP has no handshake: a peer is there with its first datagram.
            await pair.Client.SendAsync("hello"u8.ToArray(), guard.Token);
            pair.Server = await accepting.WaitAsync(Waiting.HangGuard);
            byte[] buffer = new byte[100];
            pair.Server.ReceiveTimeout = isServerBlocking ? Waiting.HangGuard : Timeout.InfiniteTimeSpan;
            SocketReceiveResult hello = isServerBlocking ? pair.Server.Receive(buffer) : await pair.Server.ReceiveAsync(buffer, guard.Token);
            Assert.Equal("hello"u8, buffer.AsSpan(0, hello.Count));
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public SocketClientOptions ClientOptions(DatagramKind kind) => kind == DatagramKind.Plain
        ? new SocketClientOptions { Transport = SocketTransport.Datagram }.UsePlaintext()
        : new SocketClientOptions { DrivenByPoll = kind == DatagramKind.DtlsPolled }.UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = _authority.Trust, RefuseDatagramFeature = _refusal });

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        Server?.Dispose();
        await _listener.DisposeAsync().AsTask().WaitAsync(Waiting.HangGuard);
        _authority.Dispose();
    }
}
