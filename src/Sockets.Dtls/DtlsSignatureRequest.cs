using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls;

/// <summary>A signature the handshake waits for.</summary>
/// <param name="Credential">The credential whose key must sign.</param>
/// <param name="Scheme">The scheme that was negotiated.</param>
/// <param name="Content">The content to sign, unhashed (RFC 8446 §4.4.3).</param>
public sealed record DtlsSignatureRequest(DtlsCredential Credential, SignatureScheme Scheme, ReadOnlyMemory<byte> Content);
