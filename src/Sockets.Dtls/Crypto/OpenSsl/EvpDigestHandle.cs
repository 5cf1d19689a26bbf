using Microsoft.Win32.SafeHandles;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>Owns an EVP_MD_CTX, and with it a reference to the key it signs with.</summary>
internal sealed class EvpDigestHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public EvpDigestHandle(nint context)
        : base(ownsHandle: true) => SetHandle(context);

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MD_CTX_free(handle);
        return true;
    }
}
