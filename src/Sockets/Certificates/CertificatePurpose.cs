namespace Sockets.Certificates;

/// <summary>What a peer's certificate is used for: decides the extended key usage it must allow, and how people are told of it.</summary>
internal enum CertificatePurpose
{
    /// <summary>The peer is a server.</summary>
    ServerAuthentication,

    /// <summary>The peer is a client.</summary>
    ClientAuthentication,
}
