namespace Sockets.Architecture.Tests;

/// <summary>Which of the four builds this is.</summary>
internal static class BuildFlags
{
#if SOCKETS_TLS
    public const bool HasTls = true;
#else
    public const bool HasTls = false;
#endif

#if SOCKETS_DTLS
    public const bool HasDtls = true;
#else
    public const bool HasDtls = false;
#endif
}
