using System.IO.Pipelines;
using System.Text;

namespace Sockets.Tests.Samples;

/// <summary>The guide's pipe.</summary>
internal static class PipeSample
{
    public static async Task<string> RunAsync(Socket socket, ReadOnlyMemory<byte> request)
    {
        await using var duplex = new SocketAsync(socket);
        await duplex.Output.WriteAsync(request);
        ReadResult answer = await duplex.Input.ReadAtLeastAsync(request.Length);
        string text = Encoding.UTF8.GetString(answer.Buffer);
        duplex.Input.AdvanceTo(answer.Buffer.End);
        return text;
    }
}
