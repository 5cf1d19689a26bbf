using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Hardware;
using Sockets.Dtls.Crypto.OpenSsl;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>
/// The kernels against libcrypto: every length, every alignment, in place and apart, between guard pages. A part of it runs
/// always; all of it (some minutes) with SOCKETS_FUZZ=all.
/// </summary>
public sealed class HardwareDifferenceTests
{
    private const int LongestContent = 20_000;
    private const int LongestHeader = 48;
    private const int Alignments = 64;
    private const int Canary = 64;
    private const int TagLength = 16;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("SOCKETS_FUZZ") == "all";

    public static IEnumerable<TheoryDataRow<string, CipherSuite>> Kernels() =>
        from name in ProviderCases.HardwareNames
        from suite in new[] { CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384 }
        select new TheoryDataRow<string, CipherSuite>(name, suite);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_length_between_guard_pages(string name, CipherSuite suite)
    {
        Assert.SkipUnless(PoisonedMemory.IsSupported, "Guard pages are made with mmap.");
        using var difference = new Difference(name, suite, seed: 1);
        foreach (int length in Lengths(dense: 2200, step: 397))
            difference.CheckBetweenGuardPages(length);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_alignment(string name, CipherSuite suite)
    {
        using var difference = new Difference(name, suite, seed: 2);
        foreach (int length in Lengths(dense: 300, step: 1999))
        {
            for (int alignment = 0; alignment < Alignments; alignment++)
                difference.CheckAligned(length, alignment);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Tables_given_back_come_back(string name, CipherSuite suite)
    {
        using var difference = new Difference(name, suite, seed: 3);
        for (int length = 0; length < 100; length++)
        {
            difference.ReleaseTables();
            difference.CheckAligned(length, length % Alignments);
        }
    }

    [Fact]
    public void The_kernel_of_Arm64_is_right_around_its_instructions()
    {
        Assert.SkipUnless(X64Instructions.IsSupported, "This processor cannot emulate them.");
        using (var difference = new Difference(
            CipherSuite.Aes128GcmSha256,
            static (key, iv, numberKey) => new HardwareRecordCipher<NarrowGcmKernel<Aes128Key, EmulatedArm64Instructions>>(
                CipherSuite.Aes128GcmSha256, key, iv, numberKey),
            seed: 4))
        {
            foreach (int length in Lengths(dense: 600, step: 397))
                difference.CheckAligned(length, length % Alignments);
        }

        using (var difference = new Difference(
            CipherSuite.Aes256GcmSha384,
            static (key, iv, numberKey) => new HardwareRecordCipher<NarrowGcmKernel<Aes256Key, EmulatedArm64Instructions>>(
                CipherSuite.Aes256GcmSha384, key, iv, numberKey),
            seed: 5))
        {
            foreach (int length in Lengths(dense: 600, step: 397))
                difference.CheckAligned(length, length % Alignments);
        }
    }

    private static IEnumerable<int> Lengths(int dense, int step)
    {
        for (int length = 0; length <= LongestContent; length += IsFull || length < dense ? 1 : step)
            yield return length;
    }

    /// <summary>One key, in both implementations, and memory to work in.</summary>
    private sealed class Difference : IDisposable
    {
        private readonly SeededRandom _random;
        private readonly RecordCipher _expected;
        private readonly RecordCipher _actual;
        private readonly PoisonedMemory _record = new(LongestHeader + LongestContent + 200);
        private readonly PoisonedMemory _content = new(LongestContent);
        private readonly PoisonedMemory _header = new(LongestHeader);
        private readonly byte[] _plaintext;
        private readonly byte[] _wire = new byte[LongestHeader + LongestContent + 200];
        private readonly byte[] _aligned = new byte[LongestHeader + LongestContent + 200 + (2 * Alignments) + (2 * Canary)];

        public Difference(string name, CipherSuite suite, ulong seed)
            : this(suite, (key, iv, numberKey) => ProviderCases.Get(name, suite).CreateRecordCipher(suite, key, iv, numberKey), seed)
        {
        }

        public Difference(CipherSuite suite, Func<byte[], byte[], byte[], RecordCipher> create, ulong seed)
        {
            Assert.SkipUnless(OpenSslCryptoProvider.IsSupported, "libcrypto 3 was not found.");
            _random = new SeededRandom(seed);
            byte[] key = _random.Bytes(CipherSuites.KeyLength(suite));
            byte[] iv = _random.Bytes(CipherSuites.NonceLength);
            byte[] numberKey = _random.Bytes(key.Length);
            _expected = OpenSslCryptoProvider.Instance.CreateRecordCipher(suite, key, iv, numberKey);
            _actual = create(key, iv, numberKey);
            _plaintext = _random.Bytes(LongestContent);
        }

        public void ReleaseTables() => _actual.ReleaseTables();

        public void CheckBetweenGuardPages(int length)
        {
            Case test = Next(length);
            Check(test, _record.AtEnd(test.RecordLength), _content.AtEnd(length), _header.AtEnd(test.Layout.Length));
            Check(test, _record.AtStart(test.RecordLength), _content.AtStart(length), _header.AtStart(test.Layout.Length));
        }

        public void CheckAligned(int length, int alignment)
        {
            Case test = Next(length);
            Span<byte> around = _aligned.AsSpan(0, Canary + alignment + test.RecordLength + Canary);
            around.Fill(0xCA);
            Check(test, around.Slice(Canary + alignment, test.RecordLength), _plaintext.AsSpan(0, length), _wire.AsSpan(0, test.Layout.Length));
            Assert.Equal(-1, around[..(Canary + alignment)].IndexOfAnyExcept((byte)0xCA));
            Assert.Equal(-1, around[^Canary..].IndexOfAnyExcept((byte)0xCA));
        }

        public void Dispose()
        {
            _expected.Dispose();
            _actual.Dispose();
            _record.Dispose();
            _content.Dispose();
            _header.Dispose();
        }

        /// <summary>Chooses header, number and padding, and seals with libcrypto.</summary>
        private Case Next(int length)
        {
            int headerLength = _random.Next(4) == 0 ? 2 + _random.Next(LongestHeader - 2) : _random.Next(2) == 0 ? 5 : 3;
            int numberLength = 1 + _random.Next(2);
            int padding = _random.Next(8) == 0 ? _random.Next(40) : 0;
            var layout = new RecordHeaderLayout(headerLength, _random.Next(headerLength - numberLength + 1), numberLength);
            ulong sequence = BitConverter.ToUInt64(_random.Bytes(8));
            byte[] header = _random.Bytes(headerLength);
            var test = new Case(layout, header, length, padding, sequence, (byte)_random.Next(256), headerLength + length + 1 + padding + TagLength);
            header.CopyTo(_wire, 0);
            _expected.Seal(sequence, layout, _plaintext.AsSpan(0, length), test.Type, _wire.AsSpan(0, test.RecordLength));
            return test;
        }

        private void Check(in Case test, Span<byte> record, Span<byte> content, Span<byte> header)
        {
            ReadOnlySpan<byte> wire = _wire.AsSpan(0, test.RecordLength);
            ReadOnlySpan<byte> plaintext = _plaintext.AsSpan(0, test.Length);
            int headerLength = test.Layout.Length;

            // Apart. The header span may be the beginning of the expected record, which is then put back.
            byte[] sealedHeader = wire[..headerLength].ToArray();
            if (!content.Overlaps(_plaintext))
                plaintext.CopyTo(content);
            test.Header.CopyTo(record);
            _actual.Seal(test.Sequence, test.Layout, content, test.Type, record);
            Assert.True(record.SequenceEqual(wire), test.ToString());
            Assert.True(content.SequenceEqual(plaintext), test.ToString());

            // In place.
            record.Clear();
            test.Header.CopyTo(record);
            plaintext.CopyTo(record[headerLength..]);
            _actual.Seal(test.Sequence, test.Layout, record.Slice(headerLength, test.Length), test.Type, record);
            Assert.True(record.SequenceEqual(wire), test.ToString());

            // Mask and opening.
            Span<byte> body = record[headerLength..];
            Span<byte> mask = stackalloc byte[test.Layout.NumberLength];
            _actual.ComputeMask(body[..16], mask);
            for (int i = 0; i < mask.Length; i++)
                Assert.Equal(test.Header[test.Layout.NumberOffset + i], (byte)(record[test.Layout.NumberOffset + i] ^ mask[i]));
            test.Header.CopyTo(header);
            Assert.True(_actual.TryOpen(test.Sequence, header, body), test.ToString());
            Span<byte> inner = body[..^TagLength];
            Assert.True(inner[..test.Length].SequenceEqual(plaintext), test.ToString());
            Assert.Equal(test.Type, inner[test.Length]);
            Assert.Equal(-1, inner[(test.Length + 1)..].IndexOfAnyExcept((byte)0));
            Assert.True(body[^TagLength..].SequenceEqual(wire[^TagLength..]), test.ToString());

            // One wrong bit anywhere: nothing is left, and the tag is as it came.
            wire[headerLength..].CopyTo(body);
            int bit = _random.Next(8 * test.RecordLength);
            Span<byte> target = bit / 8 < headerLength ? header : record;
            target[bit / 8] ^= (byte)(1 << (bit % 8));
            byte[] tag = body[^TagLength..].ToArray();
            Assert.False(_actual.TryOpen(test.Sequence, header, body), test.ToString());
            Assert.Equal(-1, inner.IndexOfAnyExcept((byte)0));
            Assert.True(body[^TagLength..].SequenceEqual(tag), test.ToString());
            sealedHeader.CopyTo(_wire, 0);
        }

        private readonly record struct Case(
            RecordHeaderLayout Layout, byte[] Header, int Length, int Padding, ulong Sequence, byte Type, int RecordLength);
    }
}
