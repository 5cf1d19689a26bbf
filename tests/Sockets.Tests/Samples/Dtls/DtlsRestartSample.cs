using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests.Samples;

/// <summary>The guide's server that is started anew.</summary>
internal static class DtlsRestartSample
{
    public static async Task<DtlsListener> RestartAsync(DtlsListener listener, Func<DtlsListener> bind, string folder, byte[] key)
    {
        string states = Path.Combine(folder, "states");

        // Both processes; the record outlives them.
        var record = new DtlsFileReplayRecord(Path.Combine(folder, "restored"));
        using var protector = new DtlsStateProtector(CryptoProviders.Default, key, record);

        // The old one, with AllowSave: its connections end here.
        DtlsStateFile.Write(states, await listener.SaveAsync(protector));
        listener = bind();

        // The new one, on the same port: they go on there.
        foreach (ReadOnlyMemory<byte> state in DtlsStateFile.ReadAndDelete(states))
            _ = listener.TryRestore(protector, state.Span, out DtlsChannel? channel);
        return listener;
    }
}
