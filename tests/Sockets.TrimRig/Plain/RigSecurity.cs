namespace Sockets.TrimRig;

/// <summary>None.</summary>
internal static class RigSecurity
{
    public static void Choose(SocketListenerOptions server, SocketClientOptions client)
    {
        server.UsePlaintext();
        client.UsePlaintext();
    }
}
