namespace Sockets.Tests;

/// <summary>One send and one receive, by each of the three kinds of calls.</summary>
internal static class DatagramFaces
{
    public static async Task SendAsync(this Socket socket, DatagramFace face, byte[] datagram)
    {
        int sent = 0;
        switch (face)
        {
            case DatagramFace.Try:
                await UntilAsync(() => socket.TrySend(datagram, out sent));
                break;
            case DatagramFace.Blocking:
                socket.SendTimeout = Waiting.HangGuard;
                sent = await Task.Run(() => socket.Send(datagram));
                break;
            default:
                sent = await socket.SendAsync(datagram).AsTask().WaitAsync(Waiting.HangGuard);
                break;
        }

        Assert.Equal(datagram.Length, sent);
    }

    public static async Task<SocketReceiveResult> ReceiveAsync(this Socket socket, DatagramFace face, byte[] buffer)
    {
        SocketReceiveResult result = default;
        switch (face)
        {
            case DatagramFace.Try:
                await UntilAsync(() => socket.TryReceive(buffer, out result));
                return result;
            case DatagramFace.Blocking:
                socket.ReceiveTimeout = Waiting.HangGuard;
                return await Task.Run(() => socket.Receive(buffer));
            default:
                return await socket.ReceiveAsync(buffer).AsTask().WaitAsync(Waiting.HangGuard);
        }
    }

    public static async Task<byte[]> ReceiveAsync(this Socket socket, DatagramFace face)
    {
        byte[] buffer = new byte[20_000];
        SocketReceiveResult result = await socket.ReceiveAsync(face, buffer);
        Assert.False(result.IsEnd);
        Assert.False(result.IsTruncated);
        return buffer[..result.Count];
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var guard = new CancellationTokenSource(Waiting.HangGuard);
        while (!condition())
        {
            guard.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
