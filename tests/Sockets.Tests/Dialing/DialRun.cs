using Sockets.Engine;
using Sockets.Testing;

namespace Sockets.Tests.Dialing;

/// <summary>One dial from its beginning to its end and beyond, on a virtual clock.</summary>
internal sealed class DialRun
{
    public const int Port = 443;

    public required ScriptedHost Host { get; init; }

    public FakeConnection? Winner { get; private set; }

    public Exception? Error { get; private set; }

    /// <summary>When the dial was over.</summary>
    public TimeSpan Ended { get; private set; }

    public string Outcome => Winner?.EndPoint.Address.ToString() ?? Error!.Message;

    /// <summary>"address@milliseconds" of each attempt.</summary>
    public string[] Begun => [.. Host.Begun.Select(static attempt => $"{attempt.Address}@{attempt.At.TotalMilliseconds}")];

    /// <summary>Both answers, what the attempts do, and what happened then. A deadline token is one that the deadline itself cancels, as callers have it.</summary>
    public static DialRun Of(
        Scripted ipv6, Scripted ipv4, Dictionary<string, Scripted>? attempts = null,
        DialerOptions? options = null, int timeout = 10_000, int? cancelAt = null, string name = "host.example", bool deadlineToken = false)
    {
        var time = new VirtualTimeProvider();
        var run = new DialRun { Host = new ScriptedHost(time) { IPv6 = ipv6, IPv4 = ipv4, Attempts = attempts ?? [] } };
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            run.Play(time, options ?? new DialerOptions { UseIPv6 = true, UseIPv4 = true }, timeout, cancelAt, name, deadlineToken);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return run;
    }

    public SocketFailureException Failure() => Assert.IsType<SocketFailureException>(Error);

    private void Play(VirtualTimeProvider time, DialerOptions options, int timeout, int? cancelAt, string name, bool deadlineToken)
    {
        using var cancellation = new CancellationTokenSource();
        using ITimer? canceller = cancelAt is { } milliseconds
            ? time.CreateTimer(_ => cancellation.Cancel(), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan)
            : null;
        var dialer = new Dialer<FakeConnection>(Host, options);
        var deadline = Deadline.After(TimeSpan.FromMilliseconds(timeout), time);
        using CancellationTokenSource limit = deadline.CreateSource(cancellation.Token);
        CancellationToken token = deadlineToken ? limit.Token : cancellation.Token;
        Task<FakeConnection> dial = dialer.ConnectAsync(name, Port, deadline, token).AsTask();
        while (!dial.IsCompleted)
            Assert.True(time.AdvanceToNext(), "The dial waits for nothing.");
        Ended = time.Elapsed;
        Error = dial.Exception?.InnerException;
        if (dial.IsCanceled)
            Error = Assert.ThrowsAny<OperationCanceledException>(() => dial.GetAwaiter().GetResult());
        Winner = dial.IsCompletedSuccessfully ? dial.Result : null;
        if (Error is OperationCanceledException cancelled)
            Assert.Equal(token, cancelled.CancellationToken);

        // Whoever hears of cancellation has heard.
        Assert.Equal(0, Host.UnderWay);

        // Whatever comes late.
        while (time.AdvanceToNext())
        {
        }

        AssertNothingLeaked();
    }

    private void AssertNothingLeaked()
    {
        Assert.DoesNotContain(Host.Begun, attempt => attempt.At > Ended);
        Assert.Equal(Host.Begun.Count, Host.Begun.Select(static attempt => attempt.Address).Distinct().Count());
        Assert.All(Host.Made, made => Assert.Equal(ReferenceEquals(made.Connection, Winner) ? 0 : 1, made.Connection.Disposals));
        if (Winner is not null)
            Assert.Contains(Host.Made, made => ReferenceEquals(made.Connection, Winner));
    }
}
