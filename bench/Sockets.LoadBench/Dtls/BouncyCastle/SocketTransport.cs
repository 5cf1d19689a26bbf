using System.Net.Sockets;
using Org.BouncyCastle.Crypto.Tls;

namespace Sockets.LoadBench.Dtls.BouncyCastle;

/// <summary>What carries that library's records: a connected UDP socket.</summary>
internal sealed class SocketTransport(SystemSocket socket) : DatagramTransport
{
    private const int Largest = 1500;

    private int _timeout = -1;

    public int GetReceiveLimit() => Largest;

    public int GetSendLimit() => Largest;

    public int Receive(byte[] buf, int off, int len, int waitMillis)
    {
        // SO_RCVTIMEO rather than a poll before each receive, which would be one system call more.
        if (_timeout != waitMillis)
            socket.ReceiveTimeout = _timeout = waitMillis;
        int length = socket.Receive(buf, off, len, SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? length : -1;
    }

    public void Send(byte[] buf, int off, int len) => socket.Send(buf, off, len, SocketFlags.None);

    public void Close()
    {
    }
}
