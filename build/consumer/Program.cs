using System.Net;
using System.Net.Sockets;
using System.Text;
using Sockets;

// `Socket` is the package's, although System.Net.Sockets, whose AddressFamily is used below, has one too.
var serverOptions = new SocketListenerOptions();
var clientOptions = new SocketClientOptions();
switch (args[0])
{
    case "tcp":
        serverOptions.UsePlaintext();
        clientOptions.UsePlaintext();
        break;
    case "tls":
        Security.UseTls(serverOptions, clientOptions);
        break;
    case "dtls":
        Security.UseDtls(serverOptions, clientOptions);
        break;
}

await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), serverOptions);
Task serving = EchoAsync(listener);
await using (Socket socket = await Socket.ConnectAsync(listener.LocalEndPoint, clientOptions))
{
    if (socket.LocalEndPoint?.AddressFamily != AddressFamily.InterNetwork)
        return 1;
    byte[] buffer = new byte[100];
    await socket.SendAsync("hello"u8.ToArray());
    SocketReceiveResult result = await socket.ReceiveAsync(buffer);
    Console.WriteLine($"{socket.Security?.Protocol ?? "plain"}: {Encoding.ASCII.GetString(buffer, 0, result.Count)}");
}

await serving;
return 0;

static async Task EchoAsync(SocketListener listener)
{
    await using Socket peer = await listener.AcceptAsync();
    byte[] buffer = new byte[100];
    while (await peer.ReceiveAsync(buffer) is { IsEnd: false } result)
        await peer.SendAsync(buffer.AsMemory(0, result.Count));
}
