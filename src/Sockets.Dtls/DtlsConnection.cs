namespace Sockets.Dtls;

/// <summary>One DTLS 1.3 connection.</summary>
public sealed partial class DtlsConnection
{
}
