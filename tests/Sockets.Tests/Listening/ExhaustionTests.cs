using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sockets.Testing;

namespace Sockets.Tests.Listening;

/// <summary>A process that has no descriptors left. The limit is the whole process's, so a process of its own has it.</summary>
public sealed class ExhaustionTests
{
    private const int DescriptorLimit = 7; // RLIMIT_NOFILE

    [Fact]
    public async Task TheListenerOutlivesTheWantOfDescriptors() => await RunAloneAsync(nameof(InTheBackground));

    [Fact]
    public async Task ThePolledListenerOutlivesTheWantOfDescriptors() => await RunAloneAsync(nameof(Polled));

    [Fact(Explicit = true)]
    public async Task InTheBackground()
    {
        var time = new VirtualTimeProvider();
        SocketListenerOptions options = Listeners.Plain;
        options.TimeProvider = time;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using (Socket first = await listener.ConnectAsync())
        using (Socket second = await listener.AcceptAsync(Listeners.Guard))
            await Listeners.ExchangeAsync(first, second);
        listener.Pause();
        await using Socket client = await listener.ConnectAsync();
        List<SafeFileHandle> hogged = Hog();
        listener.Resume();
        await Listeners.UntilAsync(() => listener.Statistics.ResourceShortages == 1 && time.NextDue is not null);
        // Each delay is twice the one before.
        for (int i = 0; i < 5; i++)
        {
            TimeSpan delay = TimeSpan.FromMilliseconds(5 << i);
            Assert.Equal(delay, time.NextDue - time.Elapsed);
            time.Advance(delay);
            await Listeners.UntilAsync(() => listener.Statistics.ResourceShortages == i + 2 && time.NextDue is not null);
        }

        hogged.ForEach(handle => handle.Dispose());
        time.Advance(TimeSpan.FromSeconds(1));
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        await Listeners.ExchangeAsync(client, server);
        Assert.Equal(6, listener.Statistics.ResourceShortages);
    }

    [Fact(Explicit = true)]
    public async Task Polled()
    {
        var time = new VirtualTimeProvider();
        SocketListenerOptions options = Listeners.Plain;
        options.TimeProvider = time;
        options.DrivenByPoll = true;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using var poll = new SocketPoll(time);
        poll.Add(listener);
        await using Socket client = await listener.ConnectAsync();
        SocketPollEvent[] events = new SocketPollEvent[1];
        Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
        List<SafeFileHandle> hogged = Hog();
        Assert.False(listener.TryAccept(out _));
        Assert.False(listener.TryAccept(out _)); // not tried again before its time
        Assert.Equal(1, listener.Statistics.ResourceShortages);
        Assert.Equal(0, poll.Wait(events, TimeSpan.Zero)); // nor reported

        hogged.ForEach(handle => handle.Dispose());
        time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
        Assert.True(listener.TryAccept(out Socket? server));
        await using (server)
            await Listeners.ExchangeAsync(client, server);
    }

    /// <summary>Lowers this process's limit to what it has open, nearly, and takes the rest.</summary>
    private static List<SafeFileHandle> Hog()
    {
        KeepThreads();
        Assert.Equal(0, GetLimit(DescriptorLimit, out Limit limit));
        int highest = Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture)).Max();
        limit.Soft = (ulong)highest + 8;
        Assert.Equal(0, SetLimit(DescriptorLimit, limit));
        var hogged = new List<SafeFileHandle>();
        try
        {
            while (true)
                hogged.Add(File.OpenHandle("/dev/null"));
        }
        catch (IOException)
        {
            return hogged;
        }
    }

    /// <summary>Beginning a thread takes descriptors as well: the pool has all it will need, and begins no more.</summary>
    private static void KeepThreads()
    {
        const int Threads = 8;
        ThreadPool.SetMinThreads(2 * Threads, Threads);
        var running = new Barrier(Threads + 1); // not disposed: others are just leaving it
        for (int i = 0; i < Threads; i++)
            ThreadPool.UnsafeQueueUserWorkItem(_ => running.SignalAndWait(), null);
        running.SignalAndWait();
        ThreadPool.SetMinThreads(1, 1);
        Assert.True(ThreadPool.SetMaxThreads(Threads, Threads));
    }

    private static async Task RunAloneAsync(string method)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("The limit of descriptors is set the Linux way.");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["exec", typeof(ExhaustionTests).Assembly.Location, "-explicit", "only", "-method", $"{typeof(ExhaustionTests).FullName}.{method}"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync(Listeners.Guard);
            string text = await output + await errors;
            Assert.Contains("Total: 1,", text, StringComparison.Ordinal);
            Assert.Contains("Failed: 0,", text, StringComparison.Ordinal);
            Assert.True(process.ExitCode == 0, text);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    [DllImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetLimit(int resource, out Limit limit);

    [DllImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
