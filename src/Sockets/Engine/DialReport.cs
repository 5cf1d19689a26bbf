using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sockets.Engine;

/// <summary>The one error of a connect that did not come about: what was tried, what each of them said, and what the time went on.</summary>
internal static class DialReport
{
    // More than fit in a line that people read.
    private const int MaxListed = 8;

    public static SocketFailureException TimedOut(
        string host, int port, TimeSpan timeout, bool resolving, IReadOnlyList<IPEndPoint> underWay, IReadOnlyList<DialFailure> failures)
    {
        StringBuilder text = Begin(host, port).Append(CultureInfo.InvariantCulture, $"no connection within {Seconds(timeout)}: the time was used up ");
        if (underWay.Count != 0)
        {
            text.Append("connecting to ").AppendJoin(", ", underWay.Take(MaxListed));
            AppendRest(text, underWay.Count);
        }
        else if (resolving)
        {
            text.Append(CultureInfo.InvariantCulture, $"resolving {host}");
        }
        else
        {
            text.Append("before the next address could be tried");
        }

        if (failures.Count != 0)
            AppendFailures(text.Append(". Failed before: "), failures);
        return new SocketFailureException(SocketFailureReason.TimedOut, text.Append('.').ToString());
    }

    /// <summary>For the caller who goes on with a handshake under the same deadline.</summary>
    public static SocketFailureException HandshakeTimedOut(string peer, TimeSpan timeout, Exception? inner = null) => new(
        SocketFailureReason.TimedOut, $"{peer}: not ready within {Seconds(timeout)}: the time was used up handshaking.", inner);

    public static SocketFailureException Failed(string host, int port, IReadOnlyList<DialFailure> failures)
    {
        DialFailure? telling = null;
        foreach (DialFailure failure in failures)
        {
            if (telling is null || Rank(failure) < Rank(telling.Value))
                telling = failure;
        }

        StringBuilder text = Begin(host, port);
        if (telling?.EndPoint is not null)
        {
            AppendFailures(text, failures);
            return new SocketFailureException(telling.Value.Reason, text.Append('.').ToString(), telling.Value.Error);
        }

        text.Append("the name has no address");
        if (failures.Count != 0)
            AppendFailures(text.Append(": "), failures);
        return new SocketFailureException(SocketFailureReason.HostNotFound, text.Append('.').ToString(), telling?.Error ?? new SocketException((int)SocketError.HostNotFound));
    }

    public static SocketFailureException UnknownScope(string host) => new(
        SocketFailureReason.HostNotFound, $"{host}: there is no network interface of the name or number after the % sign.");

    public static SocketFailureException FamilyNotUsed(string host, int port, AddressFamily family) => new(
        SocketFailureReason.AddressNotAvailable,
        Begin(host, port).Append(CultureInfo.InvariantCulture, $"this is an {Name(family)} address, and the local end point or this machine has no {Name(family)}.").ToString());

    private static StringBuilder Begin(string host, int port) =>
        new StringBuilder().Append(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host)}:{port}: ");

    private static void AppendFailures(StringBuilder text, IReadOnlyList<DialFailure> failures)
    {
        for (int i = 0; i < failures.Count && i < MaxListed; i++)
        {
            DialFailure failure = failures[i];
            if (i > 0)
                text.Append("; ");
            if (failure.EndPoint is { } endPoint)
                text.Append(CultureInfo.InvariantCulture, $"{endPoint} {Describe(failure)}");
            else
                text.Append(CultureInfo.InvariantCulture, $"{Name(failure.Family)} look-up {Describe(failure)}");
        }

        AppendRest(text, failures.Count);
    }

    private static void AppendRest(StringBuilder text, int count)
    {
        if (count > MaxListed)
            text.Append(CultureInfo.InvariantCulture, $" and {count - MaxListed} more");
    }

    private static string Describe(in DialFailure failure) => failure.SocketError switch
    {
        SocketError.ConnectionRefused => "refused the connection",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => "reset the connection",
        SocketError.TimedOut => "did not answer",
        SocketError.NetworkUnreachable => "is on a network that is unreachable",
        SocketError.HostUnreachable => "is unreachable",
        SocketError.AccessDenied => "may not be connected to (access denied)",
        SocketError.HostNotFound or SocketError.NoData => "found nothing",
        SocketError.TryAgain => "was not answered by the name server",
        { } other => $"failed with {other}",
        _ => $"failed: {failure.Error.Message.TrimEnd('.')}",
    };

    /// <summary>The nearer to the other side's program, the more telling. A host that refuses says more than a family this machine is not connected by.</summary>
    private static int Rank(in DialFailure failure) => failure.EndPoint is null ? 9 : failure.Reason switch
    {
        SocketFailureReason.ConnectionRefused => 0,
        SocketFailureReason.ConnectionReset => 1,
        SocketFailureReason.TimedOut => 2,
        SocketFailureReason.AccessDenied => 3,
        SocketFailureReason.Unreachable => 5,
        SocketFailureReason.AddressNotAvailable => 6,
        _ => 4,
    };

    private static string Name(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
