using System.Runtime.CompilerServices;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>Room for libcrypto's SHA256_CTX, 112 bytes in every version: a hash on its way, copied by assignment.</summary>
[InlineArray(Length)]
internal struct Sha256State
{
    private const int Length = 16;

    private ulong _first;
}
