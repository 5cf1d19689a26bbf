using System;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Links.Tls;

/// <summary>All that decides whether a certificate is accepted; equal for two contexts that judge alike.</summary>
internal sealed record TlsTrustIdentity(string Trust, X509RevocationMode RevocationMode, Func<X509Certificate2Collection, bool>? AdditionalCheck);
