using Sockets.Dtls;

namespace Sockets.Tests;

internal sealed partial class TestAuthority
{
    public DtlsCredential ServerCredential(params string[] names) => DtlsCredentialLoader.FromCertificate(Issue(names.Length == 0 ? ["localhost", "127.0.0.1", "::1"] : names));

    public DtlsCredential ClientCredential(string subject = "CN=client") => DtlsCredentialLoader.FromCertificate(Issue([], subject, ClientAuthentication));
}
