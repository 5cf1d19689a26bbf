using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class RecordCipherAllocationTests
{
    private const int Records = 100_000;

    [Theory]
    [MemberData(nameof(ProviderCases.AllocationFree), MemberType = typeof(ProviderCases))]
    public void Sealing_masking_and_opening_allocate_nothing(string name, CipherSuite suite)
    {
        CryptoProvider provider = ProviderCases.Get(name, suite);
        using RecordCipher cipher = RecordCipherTests.Cipher(provider, suite);
        byte[] content = new byte[200];
        byte[] record = new byte[5 + content.Length + 1 + 16];
        Assert.Equal(0, FewestBytes(() => Assert.True(Run(cipher, content, record, Records))));
    }

    [Theory]
    [MemberData(nameof(ProviderCases.AllocationFree), MemberType = typeof(ProviderCases))]
    public void Refusing_forged_records_allocates_nothing_after_the_first(string name, CipherSuite suite)
    {
        CryptoProvider provider = ProviderCases.Get(name, suite);
        using RecordCipher cipher = RecordCipherTests.Cipher(provider, suite);
        byte[] forged = new byte[200];
        Assert.Equal(0, FewestBytes(() => Assert.False(Forge(cipher, forged, Records))));
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Expanding_keys_allocates_nothing(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] key = new byte[48];
        byte[] info = new byte[60];
        byte[] output = new byte[100];
        Assert.Equal(0, FewestBytes(() => Expand(provider, key, info, output, 10_000)));
    }

    /// <summary>
    /// The fewest bytes this thread allocates in one run of many: the runtime, while it recompiles the code under test,
    /// allocates once on the thread that happens to trigger it. Code that allocates per record does so in every run.
    /// </summary>
    private static long FewestBytes(Action run)
    {
        run();
        long fewest = long.MaxValue;
        for (int attempt = 0; attempt < 4 && fewest != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }

    private static void Expand(CryptoProvider provider, byte[] key, byte[] info, byte[] output, int count)
    {
        for (int i = 0; i < count; i++)
        {
            provider.HkdfExpand(HashKind.Sha256, key.AsSpan(0, 32), info, output);
            provider.HkdfExpand(HashKind.Sha384, key, info, output);
        }
    }

    private static bool Run(RecordCipher cipher, byte[] content, byte[] record, int count)
    {
        ReadOnlySpan<byte> header = [0x2F, 0, 0, 0, 217];
        Span<byte> mask = stackalloc byte[2];
        RecordHeaderLayout layout = new(5, 1, 2);
        bool opened = true;
        for (int i = 0; i < count; i++)
        {
            header.CopyTo(record);
            cipher.Seal((ulong)i, layout, content, 23, record);
            cipher.ComputeMask(record.AsSpan(5, 16), mask);
            opened &= cipher.TryOpen((ulong)i, header, record.AsSpan(5));
        }

        return opened;
    }

    private static bool Forge(RecordCipher cipher, byte[] forged, int count)
    {
        bool opened = false;
        for (int i = 0; i < count; i++)
            opened |= cipher.TryOpen((ulong)i, [0x2F, 0, 0, 0, 200], forged);
        return opened;
    }
}
