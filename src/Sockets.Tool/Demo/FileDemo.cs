using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace Sockets.Tool.Demo;

/// <summary>Sends one file in every way there is, checks it where it arrives, and shows what each way cost.</summary>
internal sealed class FileDemo(ToolConsole console, IReadOnlyList<FileWay> ways)
{
    private const int BlockSize = 1 << 20;

    /// <summary>Sent once before the clock runs, so that the runtime has compiled what is measured.</summary>
    private const long WarmUp = 8_000_000;

    public async Task RunAsync(long length, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sockets-demo-");
        try
        {
            string path = Path.Combine(folder.FullName, "file");
            byte[] checksum = Write(path, length);
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A file of {length / 1e6:0} MB, SHA-256 {Convert.ToHexStringLower(checksum)}, goes from a client to a server on loopback:"));
            Table table = new Table().Border(TableBorder.Rounded).AddColumn("way").AddColumns(Right("MB/s"), Right("seconds"), Right("CPU seconds"), Right("allocated"), Right("SHA-256"));
            using SafeFileHandle file = File.OpenHandle(path);
            byte[] beginning = Hash(file, Math.Min(length, WarmUp));
            foreach (FileWay way in ways)
            {
                await SendAsync(way, file, Math.Min(length, WarmUp), beginning, cancellationToken);
                Cost cost = await SendAsync(way, file, length, checksum, cancellationToken);
                table.AddRow(
                    way.Name,
                    Text($"{length / 1e6 / cost.Elapsed.TotalSeconds:0}"),
                    Text($"{cost.Elapsed.TotalSeconds:0.00}"),
                    Text($"{cost.Processor.TotalSeconds:0.00}"),
                    Text($"{cost.Allocated / 1024.0:#,0} KiB"),
                    "the same");
            }

            AnsiConsole.Create(new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(console.Out),
                Ansi = console.IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
                Interactive = InteractionSupport.No,
            }).Write(table);
            console.WriteLine("CPU and allocations are those of the whole process: both ends, and the receiver's SHA-256.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Cost> SendAsync(FileWay way, SafeFileHandle file, long length, byte[] checksum, CancellationToken cancellationToken)
    {
        (SocketListenerOptions server, SocketClientOptions client) = way.CreateOptions();
        await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), server);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Socket> accepting = listener.AcceptAsync(stopping.Token).AsTask();
        await using Socket sender = await Socket.ConnectAsync(listener.LocalEndPoint, client, cancellationToken);
        await using Socket receiver = await accepting;

        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        Task<byte[]> receiving = Task.Run(() => way.ReceiveAsync(receiver, stopping.Token), CancellationToken.None);
        Task sending = Task.Run(() => way.SendAsync(sender, file, length, stopping.Token), CancellationToken.None);
        if (await Task.WhenAny(sending, receiving) is { IsCompletedSuccessfully: false } failed)
        {
            await stopping.CancelAsync();
            await failed;
        }

        await sending;
        byte[] received = await receiving;
        var cost = new Cost(
            Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - processor, GC.GetTotalAllocatedBytes(precise: true) - allocated);
        return received.AsSpan().SequenceEqual(checksum)
            ? cost
            : throw new ToolException($"The file arrived with another checksum ({way.Name}): {Convert.ToHexStringLower(received)}.");
    }

    /// <returns>Its SHA-256.</returns>
    private static byte[] Write(string path, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using FileStream stream = File.Create(path);
        byte[] block = new byte[BlockSize];
        var random = new Random(20220421); // any bytes will do, as long as no two blocks are alike
        for (long written = 0; written < length;)
        {
            int count = (int)Math.Min(BlockSize, length - written);
            random.NextBytes(block.AsSpan(0, count));
            hash.AppendData(block, 0, count);
            stream.Write(block, 0, count);
            written += count;
        }

        return hash.GetHashAndReset();
    }

    private static byte[] Hash(SafeFileHandle file, long length)
    {
        byte[] content = new byte[length];
        for (int read = 0; read < content.Length;)
            read += RandomAccess.Read(file, content.AsSpan(read), read);
        return SHA256.HashData(content);
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Cost(TimeSpan Elapsed, TimeSpan Processor, long Allocated);
}
