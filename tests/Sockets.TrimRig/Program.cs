using System.Net;
using Sockets;
using Sockets.TrimRig;

// An echo over loopback, small enough that what trimming leaves of it says what a program needs of the library.
var serverOptions = new SocketListenerOptions();
var clientOptions = new SocketClientOptions();
try
{
    RigSecurity.Choose(serverOptions, clientOptions);
}
catch (PlatformNotSupportedException exception)
{
    Console.WriteLine($"refused: {exception.Message}");
    return 3;
}

await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), serverOptions);
Task serving = ServeAsync(listener);
await using (Socket socket = await Socket.ConnectAsync(listener.LocalEndPoint, clientOptions))
{
    byte[] buffer = new byte[64];
    await socket.SendAsync("echo"u8.ToArray());
    SocketReceiveResult result = await socket.ReceiveAsync(buffer);
    Console.WriteLine($"{socket.Security?.Protocol ?? "plain"}: {System.Text.Encoding.ASCII.GetString(buffer, 0, result.Count)}");
}

await serving;
return 0;

static async Task ServeAsync(SocketListener listener)
{
    await using Socket peer = await listener.AcceptAsync();
    byte[] buffer = new byte[64];
    while (await peer.ReceiveAsync(buffer) is { IsEnd: false } result)
        await peer.SendAsync(buffer.AsMemory(0, result.Count));
}
