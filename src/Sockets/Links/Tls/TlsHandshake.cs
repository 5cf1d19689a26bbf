using System;
using System.Collections.Generic;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Certificates;

namespace Sockets.Links.Tls;

/// <summary>One end's part in one handshake: what it asks for, and its verdict on the peer's certificate, which is the only one that counts.</summary>
internal abstract class TlsHandshake(TlsSettings settings) : IDisposable
{
    private readonly long _start = settings.TimeProvider.GetTimestamp();
    private CertificateVerdict? _verdict;
    private List<ReadOnlyMemory<byte>> _peerCertificates = [];

    public SocketSecurityInfo? Security { get; private set; }

    public abstract bool IsServer { get; }

    /// <summary>The name that is asked for; null on servers.</summary>
    public virtual string? TargetName => null;

    public TimeProvider TimeProvider => settings.TimeProvider;

    protected TlsSettings Settings => settings;

    /// <summary>Whether there is no connection without a certificate of the peer.</summary>
    protected abstract bool NeedsPeerCertificate { get; }

    /// <summary>Begins. The task is run on by the transport.</summary>
    public abstract Task BeginAsync(SslStream stream);

    /// <summary>Takes one of the places for handshakes.</summary>
    /// <exception cref="SocketFailureException">There is none: <see cref="SocketFailureReason.LimitReached"/>.</exception>
    public virtual void Enter(string peer)
    {
    }

    /// <summary>Gives the place back.</summary>
    public virtual void Leave()
    {
    }

    /// <summary>SslStream is content. The connection is not until our own checks are passed: what was not checked is refused.</summary>
    public void Complete(SslStream stream)
    {
        if (_verdict is not { IsAccepted: true } && (NeedsPeerCertificate || _verdict is not null || _peerCertificates.Count > 0))
            throw Refused(null);
        byte[] protocol = stream.NegotiatedApplicationProtocol.Protocol.ToArray();
        if (protocol.Length == 0 && settings.IsApplicationProtocolRequired)
            throw new SocketFailureException(SocketFailureReason.NoApplicationProtocol, "The peer did not agree to an application protocol (ALPN), and one is required here.");
        Security = new SocketSecurityInfo
        {
            Protocol = TlsVersionText.Of(stream.SslProtocol),
            CipherSuite = stream.NegotiatedCipherSuite.ToString(),
            ApplicationProtocol = protocol,
            ServerName = NameOf(stream),
            PeerCertificates = _peerCertificates.AsReadOnly(),
            HandshakeDuration = settings.TimeProvider.GetElapsedTime(_start),
        };
    }

    /// <summary>A record to send in clear after a refusal that SslStream cannot tell the peer of; mostly empty.</summary>
    public virtual ReadOnlySpan<byte> FarewellAlert => default;

    /// <summary>What is behind an exception of SslStream, when it was us who refused. Null: not us.</summary>
    public virtual SocketFailureException? Explain(Exception exception) => _verdict is { IsAccepted: false } ? Refused(exception) : null;

    public long CreateDeadline() => settings.HandshakeTimeout == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : settings.TimeProvider.GetTimestamp() + (long)(settings.HandshakeTimeout.TotalSeconds * settings.TimeProvider.TimestampFrequency);

    public bool IsExpired(long deadline) => deadline != long.MaxValue && settings.TimeProvider.GetTimestamp() >= deadline;

    public TimeSpan Remaining(long deadline)
    {
        if (deadline == long.MaxValue)
            return Timeout.InfiniteTimeSpan;
        TimeSpan remaining = settings.TimeProvider.GetElapsedTime(settings.TimeProvider.GetTimestamp(), deadline);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }

    public CancellationTokenSource CreateTimer(long deadline) => new(Remaining(deadline), settings.TimeProvider);

    public SocketFailureException CreateTimeout(string peer) =>
        new(SocketFailureReason.TimedOut, $"The TLS handshake with {peer} did not complete within {settings.HandshakeTimeout.TotalSeconds:0.###} s.");

    public virtual void Dispose()
    {
    }

    /// <summary>The name that was asked for (SNI), as it travels.</summary>
    protected virtual string? NameOf(SslStream stream) => string.IsNullOrEmpty(stream.TargetHostName) ? null : stream.TargetHostName;

    protected abstract CertificateVerifier CreateVerifier();

    /// <summary>
    /// SslStream's question. What the platform thinks of the certificate (<paramref name="errors"/>) does not matter, for
    /// better or worse: every certificate, also of a resumed session, is judged here, and by this alone.
    /// </summary>
    protected bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        try
        {
            List<ReadOnlyMemory<byte>> certificates = Certificates(certificate, chain);
            if (certificates.Count == 0 && !NeedsPeerCertificate)
                return true; // a client that was asked, and has none
            _verdict = CreateVerifier().Verify(certificates);
            _peerCertificates = certificates;
        }
        catch (Exception exception)
        {
            _verdict = CertificateVerdict.Undecided(exception);
        }

        return _verdict.IsAccepted;
    }

    private static List<ReadOnlyMemory<byte>> Certificates(X509Certificate? leaf, X509Chain? chain)
    {
        var certificates = new List<ReadOnlyMemory<byte>>();
        if (leaf is null)
            return certificates;
        byte[] der = leaf.GetRawCertData();
        certificates.Add(der);
        foreach (X509Certificate2 certificate in chain?.ChainPolicy.ExtraStore ?? [])
        {
            if (!certificate.RawDataMemory.Span.SequenceEqual(der))
                certificates.Add(certificate.RawData);
        }

        return certificates;
    }

    private SocketFailureException Refused(Exception? exception) => new(
        SocketFailureReason.CertificateRejected,
        _verdict?.Explanation ?? "The peer's certificate was not checked, so it is refused.",
        _verdict?.Exception ?? exception)
    {
        CertificateProblem = _verdict?.Problem ?? CertificateProblem.Other,
    };
}
