using System.Collections.Generic;
using System.CommandLine;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Tool.Certificates;
using Sockets.Tool.Connecting;

namespace Sockets.Tool.Diagnosing;

/// <summary><c>sockets diagnose --dtls</c>.</summary>
internal sealed class DtlsDiagnosis
{
    private const string WhatToDo =
        "see that a DTLS 1.3 server listens on this UDP port, that no firewall drops it, and that it does not want a certificate of this side (--cert, --key). Servers of DTLS 1.2 alone do not answer.";

    private readonly ConnectOptions _shared;
    private readonly Option<bool> _selector = new("--dtls") { Description = "All of DTLS 1.3." };

    private DtlsDiagnosis(ConnectOptions shared) => _shared = shared;

    public static TransportMode CreateMode(ConnectOptions shared)
    {
        var mode = new DtlsDiagnosis(shared);
        return new TransportMode(mode._selector, shared.CertificateOptions, mode.RunAsync);
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        PeerTrust trust = _shared.ReadTrust(result);
        (string CertificatePath, string KeyPath)? credential = _shared.ReadCredential(result);
        var report = new DiagnosisReport(_shared.Console);
        IReadOnlyList<IPAddress> addresses = await new AddressStages(_shared, result, report).ResolveAsync(cancellationToken);
        if (addresses.Count == 0)
        {
            report.Skipped("handshake", "there is no address for it");
            return report.Finish();
        }

        report.Skipped("connect", "UDP has no connections: the handshake shows whether anybody is there");
        string host = _shared.ReadServer(result).Host;
        string name = result.GetValue(_shared.Name) ?? host;
        Task<Socket> ConnectAsync(PeerTrust judgement, CancellationToken token)
        {
            var options = new DtlsClientOptions { TargetHost = name, Trust = judgement, HandshakeTimeout = _shared.ReadTimeout(result) };
            if (ReferenceEquals(judgement, PeerTrust.DangerousAcceptAnyCertificate) || _shared.JudgesKeys(result))
                options.PeerCertificateTypes = [DtlsCertificateType.X509, DtlsCertificateType.RawPublicKey]; // to see what there is
            if (credential is var (certificatePath, keyPath))
                options.Credentials = [CredentialFiles.Load(certificatePath, keyPath)];
            return Socket.ConnectAsync(host, _shared.ReadServer(result).Port, new SocketClientOptions { ConnectTimeout = options.HandshakeTimeout }.UseDtls(options), token).AsTask();
        }

        var stages = new SecureStages(report, ConnectAsync);
        if (await stages.HandshakeAsync(WhatToDo, cancellationToken) is not { } security)
        {
            report.Skipped("certificate", "there is no handshake to see it in");
            return report.Finish();
        }

        await stages.CertificateAsync(security, trust, $"{_shared.DescribeTrust(result)}, for the name {name}", cancellationToken);
        report.Ok("versions", $"{security.Protocol}, the only one here");
        report.Ok("cipher", $"{security.CipherSuite}");
        return report.Finish();
    }
}
