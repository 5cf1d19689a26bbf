using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Diagnosing;

/// <summary>The handshake whatever the certificate, then the certificate by itself: the same under TLS and DTLS.</summary>
/// <param name="report">Takes the verdicts.</param>
/// <param name="connectAsync">A new connection under this trust.</param>
internal sealed class SecureStages(DiagnosisReport report, Func<PeerTrust, CancellationToken, Task<Socket>> connectAsync)
{
    /// <summary>A server that refuses our certificate says so after our handshake is done (RFC 8446 §4.4.2.4): that is worth a moment.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(300);

    /// <summary>The stage "handshake", whoever the server is.</summary>
    /// <returns>What was agreed on; null: it failed.</returns>
    public async Task<SocketSecurityInfo?> HandshakeAsync(string advice, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            await using Socket socket = await connectAsync(PeerTrust.DangerousAcceptAnyCertificate, cancellationToken);
            SocketSecurityInfo security = socket.Security!;
            string time = DiagnosisReport.Milliseconds(start);
            await ListenAsync(socket, cancellationToken);
            report.Ok("handshake", $"{security.Protocol} in {time}");
            return security;
        }
        catch (SocketFailureException failure)
        {
            report.Failed("handshake", FailureLine.Of(failure), Advise(failure, advice));
            return null;
        }
    }

    /// <summary>The stage "certificate": a connection under the trust that was asked for, and what the server has shown.</summary>
    public async Task CertificateAsync(SocketSecurityInfo security, PeerTrust trust, string trustName, CancellationToken cancellationToken)
    {
        try
        {
            await using Socket socket = await connectAsync(trust, cancellationToken);
            report.Ok("certificate", $"trusted by {trustName}");
        }
        catch (SocketFailureException failure) when (failure.Reason == SocketFailureReason.CertificateRejected)
        {
            report.Failed("certificate", FailureLine.Of(failure), CertificateReport.Advise(failure.CertificateProblem, security.PeerCertificates.Count));
        }
        catch (SocketFailureException failure)
        {
            report.Failed("certificate", FailureLine.Of(failure), "the same handshake succeeded a moment ago: try again.");
        }

        CertificateReport.Describe(security, report);
    }

    private static async Task ListenAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LastWords);
        try
        {
            await socket.ReceiveAsync(new byte[1], patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It has nothing against us.
        }
        catch (SocketFailureException failure) when (failure.Reason is SocketFailureReason.Truncated or SocketFailureReason.ConnectionReset)
        {
            // A server that does not care for silent clients; the handshake was done.
        }
    }

    private static string Advise(SocketFailureException failure, string advice) => failure.Reason switch
    {
        SocketFailureReason.TimedOut or SocketFailureReason.ConnectionRefused => $"nobody answers the handshake: {advice}",
        SocketFailureReason.HandshakeFailed when failure.Message.Contains("certificate", StringComparison.Ordinal) => "the server wants a certificate of this side: give --cert and --key, of a CA that it trusts.",
        _ => advice,
    };
}
