using Sockets.Tests.Listening;

namespace Sockets.Tests.Soaks;

/// <summary>The socket that is closed shares its system socket with others.</summary>
public sealed class AcceptedDatagramDisposalSoakTests : DisposalSoakSuite, IAsyncDisposable
{
    private readonly SocketListener _listener = SocketListener.Bind(Listeners.AnyPort, Listeners.PlainDatagrams);

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private protected override async Task<SocketPair> OpenAsync(int bufferSize)
    {
        Socket client = await Socket.ConnectAsync(_listener.LocalEndPoint, Listeners.DatagramClient, Listeners.Guard);
        await client.SendAsync(new byte[1], Listeners.Guard);
        return new SocketPair(await _listener.AcceptAsync(Listeners.Guard), client);
    }
}
