using System;
using System.Runtime.InteropServices;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// The accelerator of native/: loaded by its full path beside the program or not at all, refused when it is of another
/// version or has nothing for this processor.
/// </summary>
internal static unsafe class NativeGcm
{
    private const uint Version = 1;

    private static readonly NativeGcmFunctions* s_functions = Load();

    /// <summary>Whether the library was found, is of the right version and runs on this processor.</summary>
    public static readonly bool IsAvailable = s_functions is not null;

    /// <summary>Seals under a 128-bit key; null when the library is not there, as are the others.</summary>
    public static readonly void* Seal128 = IsAvailable ? s_functions->Seal128 : null;

    /// <summary>Seals under a 256-bit key.</summary>
    public static readonly void* Seal256 = IsAvailable ? s_functions->Seal256 : null;

    /// <summary>Opens under a 128-bit key.</summary>
    public static readonly void* Open128 = IsAvailable ? s_functions->Open128 : null;

    /// <summary>Opens under a 256-bit key.</summary>
    public static readonly void* Open256 = IsAvailable ? s_functions->Open256 : null;

    private static NativeGcmFunctions* Load()
    {
        // The tables are made on the managed side.
        if (!X64Instructions.IsSupported)
            return null;
        string file = OperatingSystem.IsWindows() ? "sockets_gcm.dll"
            : OperatingSystem.IsMacOS() ? "libsockets_gcm.dylib"
            : "libsockets_gcm.so";
        string folder = AppContext.BaseDirectory;
        if (!folder.StartsWith('/') && !folder.Contains(':', StringComparison.Ordinal))
            return null; // a host that does not say where the program lies: a bare name would be searched for
        string packaged = $"{folder}runtimes/{RuntimeInformation.RuntimeIdentifier}/native/{file}";
        if (!NativeLibrary.TryLoad(folder + file, out nint library) && !NativeLibrary.TryLoad(packaged, out library))
            return null;
        if (!NativeLibrary.TryGetExport(library, "sockets_gcm_functions", out nint entry))
            return null;
        NativeGcmFunctions* functions = ((delegate* unmanaged<NativeGcmFunctions*>)entry)();
        return functions is not null && functions->Version == Version && functions->TablesSize == GcmTables.Size ? functions : null;
    }
}
