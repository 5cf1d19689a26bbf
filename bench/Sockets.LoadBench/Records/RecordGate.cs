using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Hardware;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.LoadBench.Records;

/// <summary>The few figures of records that the gate looks at: as many as the processor allows.</summary>
internal static class RecordGate
{
    private static readonly (int Size, bool IsOpen, double Wide, double Native)[] Hardware =
    [
        (64, false, 6, 7), (64, true, 5, 5), (1200, false, 2.2, 3), (1200, true, 2.0, 2.9),
    ];

    // Every kernel has to be faster than the bare call it stands in for; the targets are for the wide one.
    private const double OtherTarget = 1.33;

    // What stands around libcrypto's own cipher: number, mask, window.
    private const double OpenSslTarget = 0.84;

    public static ScenarioReport Run(string scenario, LoadOptions options)
    {
        if (!OpenSslCryptoProvider.IsSupported)
            return new ScenarioReport(scenario, [], ["libcrypto is not here, and there is nothing to compare with"]);
        List<Measurement> rows = [];
        List<string> notes = [];
        double each = options.Seconds / (Hardware.Length + 1);
        CryptoProvider? managed = HardwareCryptoProvider.IsSupported ? HardwareCryptoProvider.Instance : null;
        CryptoProvider? native = HardwareCryptoProvider.IsNativeSupported ? HardwareCryptoProvider.NativeInstance : null;
        bool isWide = managed?.Name.Contains(nameof(GcmKernelKind.X64Wide), StringComparison.Ordinal) ?? false;
        if (managed is null)
            notes.Add("this processor lacks AES or carry-less multiplication, so its own records are not checked");
        else if (!isWide)
            notes.Add("this processor lacks the wide carry-less multiplication, so less is asked of it");
        if (native is null)
            notes.Add("the native accelerator is not here and not checked");
        foreach ((int size, bool isOpen, double wideTarget, double nativeTarget) in Hardware)
        {
            List<LoadWork> contenders = [];
            if (managed is not null)
            {
                contenders.Add(new RecordWork(managed, CipherSuite.Aes128GcmSha256, size, isOpen) { Target = isWide ? wideTarget : OtherTarget });
                contenders.Add(new ConnectionWork(managed, CipherSuite.Aes128GcmSha256, size, isOpen));
            }

            if (native is not null)
                contenders.Add(new RecordWork(native, CipherSuite.Aes128GcmSha256, size, isOpen) { Target = nativeTarget });
            if (contenders.Count > 0)
                Measure(size, isOpen, contenders);
        }

        Measure(1200, false, [new RecordWork(OpenSslCryptoProvider.Instance, CipherSuite.Aes128GcmSha256, 1200, false) { Target = OpenSslTarget }]);
        return new ScenarioReport(scenario, rows, notes);

        void Measure(int size, bool isOpen, List<LoadWork> contenders) => rows.AddRange(Comparison.Run(
            $"{(isOpen ? "open" : "seal")} {size} B",
            new BareAead(CipherSuite.Aes128GcmSha256, size, isOpen),
            contenders,
            each,
            options.Progress));
    }
}
