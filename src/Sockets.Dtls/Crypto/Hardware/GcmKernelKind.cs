namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>The kernels there are, the fastest last.</summary>
internal enum GcmKernelKind
{
    /// <summary>Armv8 instructions. It has never run outside an emulator or a compiler, so nothing chooses it by itself.</summary>
    Arm64,

    /// <summary>x64 instructions of 128 bits.</summary>
    X64Narrow,

    /// <summary>x64 instructions, the carry-less multiplication with 256 bits.</summary>
    X64Wide,

    /// <summary>The library of native/, which uses 256-bit AES as well.</summary>
    Native,
}
