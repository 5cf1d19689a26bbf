using System.Net;
using System.Net.Sockets;
using Sockets.Engine;
using Sockets.Testing;

namespace Sockets.Tests.Dialing;

/// <summary>An outside world on a virtual clock. An address without a line in the script never answers.</summary>
internal sealed class ScriptedHost(VirtualTimeProvider time) : IDialerHost<FakeConnection>
{
    public Scripted IPv6 { get; init; } = Scripted.Answers(0);

    public Scripted IPv4 { get; init; } = Scripted.Answers(0);

    public Dictionary<string, Scripted> Attempts { get; init; } = [];

    /// <summary>Every question, with its time.</summary>
    public List<(TimeSpan At, AddressFamily Family)> Asked { get; } = [];

    /// <summary>Every attempt, with its time.</summary>
    public List<(TimeSpan At, IPAddress Address)> Begun { get; } = [];

    /// <summary>When each attempt that failed did so; those that were cancelled are not among them.</summary>
    public List<(TimeSpan At, IPAddress Address)> Failed { get; } = [];

    /// <summary>Every connection there ever was, with the time at which it was made.</summary>
    public List<(TimeSpan At, FakeConnection Connection)> Made { get; } = [];

    /// <summary>Look-ups and attempts that have not ended, the deaf ones aside.</summary>
    public int UnderWay { get; private set; }

    public async ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        Asked.Add((time.Elapsed, family));
        Scripted script = family == AddressFamily.InterNetworkV6 ? IPv6 : IPv4;
        await PlayAsync(script, cancellationToken).ConfigureAwait(false);
        return script.Addresses;
    }

    public async ValueTask<FakeConnection> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        Begun.Add((time.Elapsed, endPoint.Address));
        try
        {
            await PlayAsync(Attempts.GetValueOrDefault(endPoint.Address.ToString(), Scripted.Hangs), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Failed.Add((time.Elapsed, endPoint.Address));
            throw;
        }

        var connection = new FakeConnection(endPoint);
        Made.Add((time.Elapsed, connection));
        return connection;
    }

    private async Task PlayAsync(Scripted script, CancellationToken cancellationToken)
    {
        if (script.Delay != TimeSpan.Zero)
        {
            // Continuations run where the clock is moved: one thread, one order.
            var played = new TaskCompletionSource();
            using ITimer? timer = script.Delay is { } delay ? time.CreateTimer(_ => played.TrySetResult(), null, delay, Timeout.InfiniteTimeSpan) : null;
            using CancellationTokenRegistration registration = script.Deaf ? default : cancellationToken.Register(() => played.TrySetCanceled(cancellationToken));
            UnderWay += script.Deaf ? 0 : 1;
            try
            {
                await played.Task.ConfigureAwait(false);
            }
            finally
            {
                UnderWay -= script.Deaf ? 0 : 1;
            }
        }

        if (script.Error is { } error)
            throw error;
    }
}
