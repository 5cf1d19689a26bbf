using Microsoft.Win32.SafeHandles;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>Owns an EVP_PKEY; libcrypto cleanses private parts when it is freed.</summary>
internal sealed class EvpKeyHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public EvpKeyHandle(nint key)
        : base(ownsHandle: true) => SetHandle(key);

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}
