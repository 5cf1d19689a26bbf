using System;
using System.Collections.Generic;

namespace Sockets.Dtls;

/// <summary>A client's answer to <see cref="DtlsConnection.RequestClientCertificate"/>, judged and accepted.</summary>
/// <param name="RequestId">The request it answers.</param>
/// <param name="Certificates">
/// What the client has proven to be, in the form of <see cref="DtlsConnection.PeerCertificates"/>; empty: it shows none, which proves nothing.
/// </param>
public sealed record DtlsClientAuthenticationResult(int RequestId, IReadOnlyList<ReadOnlyMemory<byte>> Certificates)
{
    /// <summary>Whether the client has proven who it is.</summary>
    public bool IsAuthenticated => Certificates.Count > 0;
}
