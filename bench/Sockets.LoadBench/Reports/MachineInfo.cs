using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.LoadBench.Reports;

/// <summary>Where figures come from.</summary>
/// <param name="Processor">The processor as it names itself, and what it has for AES-GCM.</param>
/// <param name="Cores">How many of them this process may use.</param>
/// <param name="System">Operating system and kernel.</param>
/// <param name="Runtime">.NET's version.</param>
/// <param name="Libcrypto">OpenSSL's version; null when it is not there.</param>
internal sealed record MachineInfo(string Processor, int Cores, string System, string Runtime, string? Libcrypto)
{
    public static MachineInfo Current() => new(
        $"{Name()} ({RuntimeInformation.ProcessArchitecture}{Instructions()})",
        Environment.ProcessorCount,
        $"{RuntimeInformation.OSDescription}, kernel {Kernel()}",
        RuntimeInformation.FrameworkDescription,
        OpenSslCryptoProvider.IsSupported ? OpenSslCryptoProvider.Instance.Name : null);

    /// <summary>All of it in one line.</summary>
    public string Describe() =>
        $"{Processor}, {Cores} {(Cores == 1 ? "core" : "cores")}; {System}; {Runtime}; {Libcrypto ?? "no libcrypto"}";

    private static string Name()
    {
        const string Cpus = "/proc/cpuinfo";
        string? line = File.Exists(Cpus) ? File.ReadLines(Cpus).FirstOrDefault(static text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? "processor without a name" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string Instructions()
    {
        if (!X86Base.IsSupported)
            return string.Empty;
        // Leaf 7: VAES is bit 9 of ECX; .NET 10 has no name for it.
        bool vaes = X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx & (1 << 9)) != 0;
        (string Name, bool IsThere)[] all =
        [
            ("AES", Aes.IsSupported), ("PCLMULQDQ", Pclmulqdq.IsSupported), ("VPCLMULQDQ", Pclmulqdq.V256.IsSupported),
            ("VAES", vaes), ("AVX-512", Avx512F.IsSupported),
        ];
        return string.Concat(all.Where(static one => one.IsThere).Select(static one => ", " + one.Name));
    }

    private static string Kernel() =>
        File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : Environment.OSVersion.VersionString;
}
