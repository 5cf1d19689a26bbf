using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Certificates;
using Sockets.Tool.Connecting;
using Sockets.Tool.Options;

namespace Sockets.Tool.Diagnosing;

/// <summary><c>sockets diagnose --tls</c>, which is also what <c>diagnose</c> does when nothing else was chosen.</summary>
internal sealed class TlsDiagnosis
{
    private const string WhatToDo =
        "see that this port speaks TLS and not something else, that the server accepts TLS 1.3 or 1.2, that it serves this name (--name), and that it does not want a certificate of this side (--cert, --key).";

    /// <summary>Tried when no protocol was asked for: what most servers with ALPN speak.</summary>
    private static readonly SslApplicationProtocol[] UsualProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    // A list with the suites of one version only is how that version is pinned.
    private static readonly TlsCipherSuite[] SuitesOfTls12 =
    [
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
    ];

    private readonly ConnectOptions _shared;
    private readonly Option<bool> _selector = new("--tls") { Description = "All of TLS; the default." };
    private readonly TlsChoices _choices;

    private TlsDiagnosis(ConnectOptions shared)
    {
        _shared = shared;
        _choices = new TlsChoices(shared.Protocols);
    }

    public static TransportMode CreateMode(ConnectOptions shared)
    {
        var mode = new TlsDiagnosis(shared);
        return new TransportMode(mode._selector, [.. shared.CertificateOptions, .. mode._choices.All], mode.RunAsync) { IsDefault = true };
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        PeerTrust trust = _shared.ReadTrust(result);
        TlsCertificate? certificate = _shared.ReadCredential(result) is var (certificatePath, keyPath) ? CredentialFiles.LoadForTls(certificatePath, keyPath) : null;
        var report = new DiagnosisReport(_shared.Console);
        IPEndPoint? endPoint = await new AddressStages(_shared, result, report).RunAsync(cancellationToken);
        if (endPoint is null)
        {
            report.Skipped("handshake", "there is no connection for it");
            return report.Finish();
        }

        string name = result.GetValue(_shared.Name) ?? _shared.ReadServer(result).Host;
        TimeSpan timeout = _shared.ReadTimeout(result);
        Task<Socket> ConnectAsync(PeerTrust judgement, Action<TlsClientOptions>? change, CancellationToken token)
        {
            var options = new TlsClientOptions { TargetHost = name, Trust = judgement, AllowTls12 = true, Certificate = certificate, AllowResumption = false, HandshakeTimeout = timeout };
            change?.Invoke(options);
            return Socket.ConnectAsync(endPoint, new SocketClientOptions { ConnectTimeout = timeout }.UseTls(options), token).AsTask();
        }

        var stages = new SecureStages(report, (judgement, token) => ConnectAsync(judgement, null, token));
        if (await stages.HandshakeAsync(WhatToDo, cancellationToken) is not { } security)
        {
            foreach (string stage in (string[])["certificate", "versions", "cipher", "alpn"])
                report.Skipped(stage, "there is no handshake to see it in");
            return report.Finish();
        }

        await stages.CertificateAsync(security, trust, $"{_shared.DescribeTrust(result)}, for the name {name}", cancellationToken);
        await TellVersionsAsync(
            report,
            await TryAsync(token => ConnectAsync(PeerTrust.DangerousAcceptAnyCertificate, static options => options.AllowTls12 = false, token), cancellationToken),
            TryAsync(token => ConnectAsync(PeerTrust.DangerousAcceptAnyCertificate, static options => options.CipherSuites = SuitesOfTls12, token), cancellationToken),
            result.GetValue(_choices.AllowTls12));
        report.Ok("cipher", $"{security.CipherSuite}");
        IReadOnlyList<SslApplicationProtocol> wanted = _choices.ReadProtocols(result);
        await TellProtocolAsync(report, wanted, TryAsync(
            token => ConnectAsync(PeerTrust.DangerousAcceptAnyCertificate, options => options.ApplicationProtocols = wanted.Count > 0 ? wanted : UsualProtocols, token), cancellationToken));
        return report.Finish();
    }

    private static async Task TellVersionsAsync(DiagnosisReport report, Attempt attempt13, Task<Attempt> attempting12, bool is12Enough)
    {
        Attempt attempt12;
        try
        {
            attempt12 = await attempting12;
        }
        catch (PlatformNotSupportedException)
        {
            attempt12 = new Attempt(null, null, "cannot be asked for alone on this system");
        }

        string found = $"TLS 1.3 {attempt13.Answer}, TLS 1.2 {attempt12.Answer}";
        if (attempt13.Security is not null || (is12Enough && attempt12.Security is not null))
            report.Ok("versions", $"{found}");
        else
            report.Failed("versions", found, "switch TLS 1.3 on at the server; or allow TLS 1.2 (AllowTls12, here --tls12) if you must.");
        if (attempt13.Failure is { } refusal)
            report.Detail($"TLS 1.3: {FailureLine.Of(refusal)}");
        if (attempt12.Failure is { } refusal12)
            report.Detail($"TLS 1.2: {FailureLine.Of(refusal12)}");
    }

    private static async Task TellProtocolAsync(DiagnosisReport report, IReadOnlyList<SslApplicationProtocol> wanted, Task<Attempt> attempting)
    {
        Attempt attempt = await attempting;
        string offered = string.Join(", ", (wanted.Count > 0 ? wanted : UsualProtocols).Select(static protocol => protocol.ToString()));
        if (attempt.Security is { ApplicationProtocol.IsEmpty: false } security)
            report.Ok("alpn", $"{new SslApplicationProtocol(security.ApplicationProtocol.ToArray())}, of {offered}");
        else if (wanted.Count == 0)
            report.Ok("alpn", $"none, of {offered}");
        else
            report.Failed("alpn", $"the server agrees to none of {offered}.", "see how the server spells its protocols, and that it has them switched on.");
        if (attempt.Failure is { } refusal)
            report.Detail($"{FailureLine.Of(refusal)}");
    }

    private static async Task<Attempt> TryAsync(Func<CancellationToken, Task<Socket>> connectAsync, CancellationToken cancellationToken)
    {
        try
        {
            await using Socket socket = await connectAsync(cancellationToken);
            return new Attempt(socket.Security, null, "yes");
        }
        catch (SocketFailureException failure)
        {
            return new Attempt(null, failure, "no");
        }
    }

    private sealed record Attempt(SocketSecurityInfo? Security, SocketFailureException? Failure, string Answer);
}
