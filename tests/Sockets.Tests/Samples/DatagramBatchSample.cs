namespace Sockets.Tests.Samples;

/// <summary>The guide's batch: there, and back.</summary>
internal static class DatagramBatchSample
{
    public static async Task<(int Sent, int Received)> RunAsync(Socket socket, byte[] buffer, int[] lengths)
    {
        var results = new SocketReceiveResult[lengths.Length];
        int sent = await socket.SendDatagramsAsync(buffer, lengths);
        int received = await socket.ReceiveDatagramsAsync(buffer, results);
        return (sent, received);
    }
}
