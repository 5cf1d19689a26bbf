using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Connecting;
using Sockets.Tool.Options;

namespace Sockets.Tool.Diagnosing;

/// <summary>The name's addresses, and a plain connection to each of them.</summary>
internal sealed class AddressStages(ConnectOptions options, ParseResult result, DiagnosisReport report)
{
    private readonly HostAndPort _server = options.ReadServer(result);
    private readonly TimeSpan _timeout = options.ReadTimeout(result);

    /// <summary>Both stages.</summary>
    /// <returns>The first address that can be connected to; null: none.</returns>
    public async Task<IPEndPoint?> RunAsync(CancellationToken cancellationToken)
    {
        if (await ResolveAsync(cancellationToken) is { Count: > 0 } addresses)
            return await ConnectAsync(addresses, cancellationToken);
        report.Skipped("connect", "there is no address to connect to");
        return null;
    }

    /// <summary>The first stage alone: there is nothing to connect in UDP.</summary>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(_server.Host, out IPAddress? address))
        {
            report.Ok("dns", $"{address} is an address: nothing to look up");
            return [address];
        }

        long start = Stopwatch.GetTimestamp();
        Answer[] answers = await Task.WhenAll(
            ResolveAsync(AddressFamily.InterNetworkV6, cancellationToken), ResolveAsync(AddressFamily.InterNetwork, cancellationToken));
        IPAddress[] addresses = [.. answers.SelectMany(static answer => answer.Addresses)];
        if (addresses.Length > 0)
        {
            report.Ok("dns", $"{addresses.Length} {(addresses.Length == 1 ? "address" : "addresses")} of {_server.Host} in {DiagnosisReport.Milliseconds(start)}");
        }
        else
        {
            bool isSilent = answers.Any(static answer => answer.IsTimeout);
            report.Failed(
                "dns",
                $"{_server.Host} has no address.",
                isSilent ? "the name servers do not answer: see that this machine reaches them (/etc/resolv.conf), or raise --timeout." : "check the spelling, or give an IP address.");
        }

        foreach (Answer answer in answers)
            report.Detail($"{answer.Family} in {answer.Time}: {(answer.Problem ?? string.Join(", ", answer.Addresses.AsEnumerable()))}");
        return addresses;
    }

    private async Task<Answer> ResolveAsync(AddressFamily family, CancellationToken cancellationToken)
    {
        string name = family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
        long start = Stopwatch.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_timeout);
        try
        {
            IPAddress[] addresses = await SocketNameResolver.System.ResolveAsync(_server.Host, family, patience.Token);
            return new Answer(name, addresses, DiagnosisReport.Milliseconds(start), addresses.Length == 0 ? "none" : null, false);
        }
        catch (SocketException exception)
        {
            return new Answer(name, [], DiagnosisReport.Milliseconds(start), exception.SocketErrorCode is SocketError.NoData ? "none" : exception.Message, exception.SocketErrorCode == SocketError.TryAgain);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Answer(name, [], DiagnosisReport.Milliseconds(start), "no answer", true);
        }
    }

    private async Task<IPEndPoint?> ConnectAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        var lines = new List<FormattableString>();
        var reasons = new HashSet<SocketFailureReason>();
        IPEndPoint? first = null;
        int connected = 0;
        foreach (IPAddress address in addresses)
        {
            var endPoint = new IPEndPoint(address, _server.Port);
            long start = Stopwatch.GetTimestamp();
            try
            {
                await using Socket socket = await Socket.ConnectAsync(endPoint, new SocketClientOptions { ConnectTimeout = _timeout }.UsePlaintext(), cancellationToken);
                lines.Add($"{endPoint} connected in {DiagnosisReport.Milliseconds(start)}");
                first ??= endPoint;
                connected++;
            }
            catch (SocketFailureException failure)
            {
                reasons.Add(failure.Reason);
                lines.Add($"{endPoint} {Describe(failure)} after {DiagnosisReport.Milliseconds(start)}");
            }
        }

        if (first is not null)
            report.Ok("connect", $"{connected} of {addresses.Count} {(addresses.Count == 1 ? "address" : "addresses")} can be connected to");
        else
            report.Failed("connect", $"no address of {_server} can be connected to.", Advise(reasons));
        foreach (FormattableString line in lines)
            report.Detail(line);
        return first;
    }

    private static string Describe(SocketFailureException failure) => failure.Reason switch
    {
        SocketFailureReason.ConnectionRefused => "refused",
        SocketFailureReason.TimedOut => "did not answer",
        SocketFailureReason.Unreachable or SocketFailureReason.AddressNotAvailable => "cannot be reached from here",
        _ => $"failed ({SocketText.Of(failure.Reason)}: {FailureLine.Of(failure)})",
    };

    private static string Advise(HashSet<SocketFailureReason> reasons)
    {
        if (reasons.Contains(SocketFailureReason.ConnectionRefused))
            return "the machine is there, and nobody listens on this port: start the server, see which address and port it listens on, or give another port.";
        if (reasons.Contains(SocketFailureReason.TimedOut))
            return "what is sent there is lost: see that the machine is up, and that no firewall drops this port; or raise --timeout.";
        return "there is no route: see that this machine has a network and an address of the family (IPv4, IPv6) that the server has.";
    }

    private sealed record Answer(string Family, IPAddress[] Addresses, string Time, string? Problem, bool IsTimeout);
}
