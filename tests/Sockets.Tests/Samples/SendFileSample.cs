using System.Net;

namespace Sockets.Tests.Samples;

/// <summary>The README's file.</summary>
internal static class SendFileSample
{
    public static async Task<long> RunAsync(EndPoint endPoint, SocketClientOptions options, string path, long offset)
    {
        await using Socket socket = await Socket.ConnectAsync(endPoint, options);
        SocketSendFileResult sent = await socket.SendFileAsync(path, offset);
        if (!sent.IsComplete)
            Console.WriteLine($"{sent.Outcome}: go on at {offset + sent.BytesSent}");
        await socket.ShutdownSendAsync();
        return sent.BytesSent;
    }
}
