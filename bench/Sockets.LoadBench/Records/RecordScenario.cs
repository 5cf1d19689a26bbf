using System.Collections.Generic;
using System.Globalization;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Hardware;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.LoadBench.Records;

/// <summary>Whole records, as multiples of libcrypto's bare AEAD.</summary>
internal sealed class RecordScenario : ILoadScenario
{
    private static readonly double[] SealTargets = [6, 4, 2.2, 1.45];
    private static readonly double[] OpenTargets = [5, 3.5, 2.0, 1.45];
    private static readonly double[] NativeSealTargets = [7, 5, 3, 2];
    private static readonly double[] NativeOpenTargets = [5, 4.5, 2.9, 2];

    // BoringSSL's 0.67 M and 0.70 M records a second, where libcrypto's bare call takes 1.17 µs.
    private const double ChaChaSealTarget = 1.17 * 0.67;
    private const double ChaChaOpenTarget = 1.17 * 0.70;

    public string Name => "records";

    public string Description => "records sealed and opened in memory, against libcrypto's bare AEAD";

    public ScenarioReport RunGate(LoadOptions options) => RecordGate.Run(Name, options);

    public ScenarioReport Run(LoadOptions options)
    {
        List<Measurement> rows = [];
        List<string> notes = [];
        CryptoProvider? managed = HardwareCryptoProvider.IsSupported ? HardwareCryptoProvider.Instance : null;
        if (managed is null)
            notes.Add("This processor has no instructions for the Hardware provider.");
        CryptoProvider? native = HardwareCryptoProvider.IsNativeSupported ? HardwareCryptoProvider.NativeInstance : null;
        if (native is null)
            notes.Add("The native accelerator is not here: build/native.sh builds it, for processors with VAES.");
        double each = options.Seconds / ((2 * LoadSizes.All.Length) + 4);
        for (int i = 0; i < LoadSizes.All.Length; i++)
        {
            foreach (bool isOpen in new[] { false, true })
            {
                int size = LoadSizes.All[i];
                List<LoadWork> contenders = [];
                if (managed is not null)
                {
                    contenders.Add(new RecordWork(managed, CipherSuite.Aes128GcmSha256, size, isOpen) { Target = (isOpen ? OpenTargets : SealTargets)[i] });
                    contenders.Add(new ConnectionWork(managed, CipherSuite.Aes128GcmSha256, size, isOpen));
                }

                if (native is not null)
                {
                    contenders.Add(new RecordWork(native, CipherSuite.Aes128GcmSha256, size, isOpen) { Target = (isOpen ? NativeOpenTargets : NativeSealTargets)[i] });
                    contenders.Add(new ConnectionWork(native, CipherSuite.Aes128GcmSha256, size, isOpen));
                }

                contenders.Add(new RecordWork(OpenSslCryptoProvider.Instance, CipherSuite.Aes128GcmSha256, size, isOpen));
                Measure(CipherSuite.Aes128GcmSha256, size, isOpen, contenders);
            }
        }

        foreach (bool isOpen in new[] { false, true })
        {
            List<LoadWork> contenders = [];
            if (managed is not null)
                contenders.Add(new RecordWork(managed, CipherSuite.Aes256GcmSha384, 1200, isOpen));
            if (native is not null)
                contenders.Add(new RecordWork(native, CipherSuite.Aes256GcmSha384, 1200, isOpen));
            contenders.Add(new RecordWork(OpenSslCryptoProvider.Instance, CipherSuite.Aes256GcmSha384, 1200, isOpen));
            Measure(CipherSuite.Aes256GcmSha384, 1200, isOpen, contenders);
            Measure(
                CipherSuite.ChaCha20Poly1305Sha256,
                1200,
                isOpen,
                [
                    new RecordWork(OpenSslCryptoProvider.Instance, CipherSuite.ChaCha20Poly1305Sha256, 1200, isOpen) { Target = isOpen ? ChaChaOpenTarget : ChaChaSealTarget },
                    new ConnectionWork(OpenSslCryptoProvider.Instance, CipherSuite.ChaCha20Poly1305Sha256, 1200, isOpen),
                ]);
        }

        return new ScenarioReport(Name, rows, notes);

        void Measure(CipherSuite suite, int size, bool isOpen, List<LoadWork> contenders)
        {
            string subject = string.Create(CultureInfo.InvariantCulture, $"{(isOpen ? "open" : "seal")} {size} B, {suite}");
            rows.AddRange(Comparison.Run(subject, new BareAead(suite, size, isOpen), contenders, each, options.Progress));
        }
    }
}
