using System;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// Entry points of libcrypto 3. This part finds the library; the other parts declare what is called. Nothing may be
/// called unless <see cref="IsAvailable"/> is true: reading it also installs the resolver.
/// </summary>
internal static partial class LibCrypto
{
    private const string Library = "libcrypto";
    private const uint LowestVersion = 0x3000_0000;
    private const int VersionStringSelector = 6;

    private static readonly nint s_handle = LoadLibrary();

    /// <summary>True when libcrypto of version 3 or later was found.</summary>
    public static readonly bool IsAvailable = s_handle != 0 && Bind();

    /// <summary>The version as libcrypto prints it, such as <c>3.0.19</c>.</summary>
    public static string Version => Marshal.PtrToStringUTF8(OpenSSL_version(VersionStringSelector)) ?? "3";

    /// <summary>Takes what failed calls left in the thread's error queue away, so that nobody else trips over it.</summary>
    [LibraryImport(Library)]
    public static partial void ERR_clear_error();

    /// <summary>1 when the default properties of a library context ask for FIPS.</summary>
    [LibraryImport(Library)]
    public static partial int EVP_default_properties_is_fips_enabled(nint libraryContext);

    [LibraryImport(Library)]
    private static partial CULong OpenSSL_version_num();

    [LibraryImport(Library)]
    private static partial nint OpenSSL_version(int selector);

    /// <summary>Whether all of these are there: some builds leave out what is not official any more.</summary>
    public static bool Has(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (!NativeLibrary.TryGetExport(s_handle, name, out _))
                return false;
        }

        return true;
    }

    private static bool Bind()
    {
        NativeLibrary.SetDllImportResolver(
            typeof(LibCrypto).Assembly, static (name, _, _) => name == Library ? s_handle : 0);
        return OpenSSL_version_num().Value >= LowestVersion;
    }

    private static nint LoadLibrary()
    {
        Assembly assembly = typeof(LibCrypto).Assembly;
        foreach (string name in Names())
        {
            // An explicit search path keeps the current directory out of the search on Windows.
            if (NativeLibrary.TryLoad(
                name, assembly, DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory, out nint handle))
            {
                if (NativeLibrary.TryGetExport(handle, "EVP_CIPHER_fetch", out _))
                    return handle;
                NativeLibrary.Free(handle);
            }
        }

        return 0;
    }

    private static string[] Names()
    {
        if (OperatingSystem.IsWindows())
        {
            return RuntimeInformation.ProcessArchitecture switch
            {
                Architecture.X64 => ["libcrypto-3-x64.dll"],
                Architecture.Arm64 => ["libcrypto-3-arm64.dll"],
                _ => ["libcrypto-3.dll"],
            };
        }

        return OperatingSystem.IsMacOS()
            ? ["libcrypto.3.dylib", "/opt/homebrew/lib/libcrypto.3.dylib", "/usr/local/lib/libcrypto.3.dylib"]
            : ["libcrypto.so.3"];
    }
}
