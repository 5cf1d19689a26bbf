using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>
/// One call of a <see cref="Dialer{TConnection}"/>: a loop that hears of everything through one queue. Once the queue is completed,
/// whoever comes with a connection finds it closed and disposes the connection; so none is lost, however late it comes.
/// </summary>
internal sealed class Dial<TConnection>(IDialerHost<TConnection> outside, DialerOptions options, string host, int port, Deadline deadline)
    where TConnection : class, IDisposable
{
    private readonly Channel<DialEvent<TConnection>> _events =
        Channel.CreateUnbounded<DialEvent<TConnection>>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });

    private readonly DialSchedule _schedule = new(options);
    private readonly List<IPEndPoint> _underWay = [];
    private readonly List<DialFailure> _failures = [];
    private readonly long _start = deadline.TimeProvider.GetTimestamp();

    private TimeSpan Now => deadline.TimeProvider.GetElapsedTime(_start);

    public async ValueTask<TConnection> RunAsync(CancellationToken cancellationToken)
    {
        if (!deadline.IsExpired)
            cancellationToken.ThrowIfCancellationRequested();
        using var stop = new CancellationTokenSource();
        using ITimer timer = deadline.TimeProvider.CreateTimer(
            static state => ((ChannelWriter<DialEvent<TConnection>>)state!).TryWrite(DialEvent<TConnection>.Tick),
            _events.Writer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            Resolve(stop.Token);
            while (true)
            {
                while (_events.Reader.TryRead(out DialEvent<TConnection> happened))
                {
                    if (Handle(happened) is { } connection)
                        return connection;
                }

                if (deadline.IsExpired)
                    throw DialReport.TimedOut(host, port, deadline.Timeout, _schedule.IsResolving, _underWay, _failures);
                if (_schedule.TryNext(Now, out IPAddress? address))
                {
                    Attempt(new IPEndPoint(address!, port), stop.Token);
                    continue;
                }

                if (_schedule.IsExhausted)
                    throw DialReport.Failed(host, port, _failures);
                SetTimer(timer);
                try
                {
                    await _events.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (deadline.IsExpired)
                {
                    // The token may stand for this very deadline, and its timer may have come first.
                }
            }
        }
        finally
        {
            _events.Writer.Complete();
            Stop(stop);
            while (_events.Reader.TryRead(out DialEvent<TConnection> unheard))
                unheard.Connection?.Dispose();
        }
    }

    /// <summary>The winner, when this was it.</summary>
    private TConnection? Handle(in DialEvent<TConnection> happened)
    {
        if (happened.EndPoint is { } endPoint)
        {
            _underWay.Remove(endPoint);
            if (happened.Connection is { } connection)
                return connection;
            Debug.Assert(happened.Error is not null);
            if (happened.Error is not (SocketException or IOException or OperationCanceledException))
                ExceptionDispatchInfo.Throw(happened.Error);
            _failures.Add(new DialFailure(endPoint.AddressFamily, endPoint, happened.Error));
            _schedule.OnFailure(Now);
        }
        else if (happened.Family != AddressFamily.Unspecified)
        {
            if (happened.Error is { } error)
                _failures.Add(new DialFailure(happened.Family, null, error));
            _schedule.OnAnswer(happened.Family, happened.Addresses, Now);
        }

        return null;
    }

    private void Resolve(CancellationToken stop)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            // The platform's parser answers 0 for an interface that does not exist; link-local addresses mean nothing without it.
            if (literal.AddressFamily == AddressFamily.InterNetworkV6 && literal.ScopeId == 0 && host.Contains('%', StringComparison.Ordinal) && !host.Contains("%0", StringComparison.Ordinal))
                throw DialReport.UnknownScope(host);
            if (literal.IsIPv4MappedToIPv6)
                literal = literal.MapToIPv4();
            if (!options.Uses(literal.AddressFamily))
                throw DialReport.FamilyNotUsed(host, port, literal.AddressFamily);
            _schedule.OnLiteral(literal);
            return;
        }

        // The preferred family's question goes first (§3).
        AddressFamily other = options.PreferredFamily == AddressFamily.InterNetworkV6 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        if (options.Uses(options.PreferredFamily))
            _ = ResolveAsync(options.PreferredFamily, stop);
        if (options.Uses(other))
            _ = ResolveAsync(other, stop);
    }

    private async Task ResolveAsync(AddressFamily family, CancellationToken stop)
    {
        DialEvent<TConnection> happened = DialEvent<TConnection>.Tick with { Family = family };
        try
        {
            happened = happened with { Addresses = await outside.ResolveAsync(host, family, stop).ConfigureAwait(false) ?? [] };
        }
        catch (Exception exception)
        {
            happened = happened with { Error = exception };
        }

        _events.Writer.TryWrite(happened);
    }

    private void Attempt(IPEndPoint endPoint, CancellationToken stop)
    {
        _underWay.Add(endPoint);
        _ = AttemptAsync(endPoint, stop);
    }

    private async Task AttemptAsync(IPEndPoint endPoint, CancellationToken stop)
    {
        DialEvent<TConnection> happened = DialEvent<TConnection>.Tick with { EndPoint = endPoint };
        try
        {
            happened = happened with { Connection = await outside.ConnectAsync(endPoint, stop).ConfigureAwait(false) };
        }
        catch (Exception exception)
        {
            happened = happened with { Error = exception };
        }

        if (!_events.Writer.TryWrite(happened))
            happened.Connection?.Dispose();
    }

    private void SetTimer(ITimer timer)
    {
        TimeSpan wait = deadline.Remaining;
        if (_schedule.NextTimeout is { } due)
        {
            TimeSpan untilDue = due - Now;
            if (untilDue < wait)
                wait = untilDue > TimeSpan.Zero ? untilDue : TimeSpan.Zero;
        }

        timer.Change(Deadline.ToTimer(wait), Timeout.InfiniteTimeSpan);
    }

    private static void Stop(CancellationTokenSource stop)
    {
        try
        {
            stop.Cancel();
        }
        catch (AggregateException)
        {
            // What a resolver's own callback throws does not change the outcome of this dial.
        }
    }
}
