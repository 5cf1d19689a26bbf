using System;
using System.Net;
using System.Net.Sockets;

namespace Sockets.LoadBench.Dtls;

/// <summary>Where the two ends of a flow are: on the loopback interface, or wherever a derived class puts them.</summary>
internal class DatagramPlace
{
    public virtual IPAddress ServerAddress => IPAddress.Loopback;

    public virtual IPAddress ClientAddress => IPAddress.Loopback;

    /// <summary>Makes something where the server's sockets belong.</summary>
    public virtual T OnServer<T>(Func<T> make) => make();

    /// <summary>Makes something where the client's sockets belong.</summary>
    public virtual T OnClient<T>(Func<T> make) => make();

    /// <summary>Two raw sockets, each connected to the other.</summary>
    public (SystemSocket Client, SystemSocket Server) ConnectRaw()
    {
        SystemSocket client = OnClient(() => Bind(ClientAddress));
        SystemSocket server = OnServer(() => Bind(ServerAddress));
        client.Connect(server.LocalEndPoint!);
        server.Connect(client.LocalEndPoint!);
        return (client, server);
    }

    private static SystemSocket Bind(IPAddress address)
    {
        var socket = new SystemSocket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            SendBufferSize = DatagramFlow.SocketBuffer,
            ReceiveBufferSize = DatagramFlow.SocketBuffer,
        };
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }
}
