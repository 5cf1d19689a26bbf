using System.Runtime.InteropServices;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary><c>struct sockets_gcm</c> of native/sockets_gcm.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeGcmFunctions
{
    public uint Version;
    public uint TablesSize;
    public void* Seal128;
    public void* Seal256;
    public void* Open128;
    public void* Open256;
}
