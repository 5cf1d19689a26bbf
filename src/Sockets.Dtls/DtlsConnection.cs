#pragma warning disable CS1591, CA1822, CA1065, IDE0060 // bodies are being written
using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls;

public sealed partial class DtlsConnection : IDisposable
{
    public static DtlsConnection CreateClient(DtlsConfig config, in DtlsPath path, MonotonicTime now) => throw new InvalidOperationException();

    public static DtlsConnection CreateServer(DtlsConfig config, in DtlsPath path, MonotonicTime now) => throw new InvalidOperationException();

    public DtlsRole Role => default;

    public DtlsState State => default;

    public DtlsPath Path => default;

    public DtlsFailure? Failure => null;

    public object? UserState { get; set; }

    public CipherSuite CipherSuite => default;

    public NamedGroup Group => default;

    public SignatureScheme PeerSignatureScheme => default;

    public DtlsApplicationProtocol ApplicationProtocol => default;

    public string? ServerName => null;

    public bool UsedHelloRetryRequest => false;

    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates => [];

    public DtlsSignatureRequest? PendingSignature => null;

    public int MaxPlaintextSize => 0;

    public DtlsStatistics Statistics => default;

    public MonotonicTime NextTimeout => default;

    public void HandleDatagram<TSink>(in DtlsPath path, Span<byte> datagram, MonotonicTime now, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct => throw new InvalidOperationException();

    public void HandleTimeout(MonotonicTime now) => throw new InvalidOperationException();

    public DtlsWriteResult Write(ReadOnlySpan<byte> plaintext, MonotonicTime now, Span<byte> destination, out int bytesWritten) => throw new InvalidOperationException();

    public int GetRecordSize(int plaintextLength) => 0;

    public bool RequestKeyUpdate(MonotonicTime now, bool requestPeerUpdate = false) => throw new InvalidOperationException();

    public void CompleteCertificateVerification(AlertDescription? rejection, MonotonicTime now) => throw new InvalidOperationException();

    public void CompleteSignature(ReadOnlySpan<byte> signature, MonotonicTime now) => throw new InvalidOperationException();

    public void Close(MonotonicTime now) => throw new InvalidOperationException();

    public void Abort(AlertDescription alert, MonotonicTime now) => throw new InvalidOperationException();

    public void ExportKeyingMaterial(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> destination) => throw new InvalidOperationException();

    public DtlsTransmit PollTransmit(Span<byte> destination) => throw new InvalidOperationException();

    public bool PollEvent(out DtlsEvent dtlsEvent) => throw new InvalidOperationException();

    public void Dispose()
    {
    }
}
