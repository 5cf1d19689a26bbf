using System;
using System.Buffers.Binary;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

namespace Sockets.Tool.Demo;

/// <summary>
/// A file in datagrams, whole and in order although they may be lost: chunks with their offset in a bounded window, answered now
/// and then with the offset that is expected next. After silence the sender goes back to that offset.
/// </summary>
internal static class DatagramFile
{
    private const int OffsetSize = sizeof(long);

    /// <summary>In chunks. Small enough for the buffers of sockets everywhere.</summary>
    private const int WindowSize = 64;

    /// <summary>So many chunks are answered together.</summary>
    private const int AnswerEvery = 16;

    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task SendAsync(Socket socket, SafeFileHandle file, long length, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[socket.MaxDatagramLength];
        byte[] answer = new byte[OffsetSize];
        int dataSize = chunk.Length - OffsetSize;
        long window = (long)dataSize * WindowSize;
        long acknowledged = 0;
        TimeSpan silent = TimeSpan.Zero;
        socket.ReceiveTimeout = Silence;
        for (long next = 0; acknowledged < length;)
        {
            for (; next < length && next - acknowledged < window; next += dataSize)
            {
                int count = RandomAccess.Read(file, chunk.AsSpan(OffsetSize, (int)Math.Min(dataSize, length - next)), next);
                BinaryPrimitives.WriteInt64BigEndian(chunk, next);
                await socket.SendAsync(chunk.AsMemory(0, OffsetSize + count), cancellationToken);
            }

            if (await ReceiveAnswerAsync(socket, answer, cancellationToken) is { } offset)
            {
                acknowledged = Math.Max(acknowledged, offset);
                silent = TimeSpan.Zero;
            }
            else
            {
                next = acknowledged;
                silent += Silence;
                if (silent > Patience)
                    throw new ToolException($"{socket.RemoteEndPoint} answers nothing any more.");
            }
        }

        await socket.ShutdownSendAsync(cancellationToken);
    }

    /// <returns>The SHA-256 of what came, at the end of the connection.</returns>
    public static async Task<byte[]> ReceiveAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = new byte[socket.MaxDatagramLength];
        byte[] answer = new byte[OffsetSize];
        long expected = 0;
        int unanswered = 0;
        while (await socket.ReceiveAsync(chunk, cancellationToken) is { IsEnd: false } received)
        {
            bool isExpected = BinaryPrimitives.ReadInt64BigEndian(chunk) == expected;
            if (isExpected)
            {
                hash.AppendData(chunk, OffsetSize, received.Count - OffsetSize);
                expected += received.Count - OffsetSize;
            }

            // The last chunk is shorter than the others, mostly; if it is not, the sender's silence ends with a repeated one.
            if (++unanswered < AnswerEvery && isExpected && received.Count == chunk.Length)
                continue;
            unanswered = 0;
            BinaryPrimitives.WriteInt64BigEndian(answer, expected);
            await socket.SendAsync(answer, cancellationToken);
        }

        return hash.GetHashAndReset();
    }

    private static async Task<long?> ReceiveAnswerAsync(Socket socket, byte[] answer, CancellationToken cancellationToken)
    {
        try
        {
            SocketReceiveResult received = await socket.ReceiveAsync(answer, cancellationToken);
            return received.Count == OffsetSize
                ? BinaryPrimitives.ReadInt64BigEndian(answer)
                : throw new ToolException($"{socket.RemoteEndPoint} ended the connection before it had the whole file.");
        }
        catch (SocketFailureException failure) when (failure.Reason == SocketFailureReason.TimedOut)
        {
            return null;
        }
    }
}
