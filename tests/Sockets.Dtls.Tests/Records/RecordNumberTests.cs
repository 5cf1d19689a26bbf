using System;
using Sockets.Dtls.Records;

namespace Sockets.Dtls.Tests.Records;

/// <summary>RFC 9147 §4.2.2: the number closest to one more than the largest deprotected.</summary>
public sealed class RecordNumberTests
{
    [Theory]
    [InlineData(0UL, 0u, 8, 0UL)]
    [InlineData(0UL, 255u, 8, 255UL)]
    [InlineData(1UL, 255u, 8, 255UL)]
    [InlineData(256UL, 255u, 8, 255UL)]
    [InlineData(256UL, 0u, 8, 256UL)]
    [InlineData(256UL, 127u, 8, 383UL)]
    [InlineData(256UL, 129u, 8, 129UL)]
    [InlineData(0x1FFFUL, 0x0000u, 16, 0UL)]
    [InlineData(0xFFFFUL, 0x0000u, 16, 0x10000UL)]
    [InlineData(0x10000UL, 0xFFFFu, 16, 0xFFFFUL)]
    [InlineData(0x18000UL, 0x0000u, 16, 0x10000UL)]
    [InlineData((1UL << 48) - 1, 0xFFFFu, 16, (1UL << 48) - 1)]
    [InlineData((1UL << 48) - 1, 0x0000u, 16, (1UL << 48) - 0x10000)]
    public void Known_answers(ulong expected, uint truncated, int bits, ulong number) =>
        Assert.Equal(number, RecordNumber.Reconstruct(expected, truncated, bits));

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Every_number_within_half_a_step_comes_back(int bits)
    {
        ulong half = 1UL << (bits - 1);
        foreach (ulong expected in new[] { half, half + 1, 3 * half, (4 * half) + 7, 1UL << 33, RecordNumber.MaxSequence - half })
        {
            for (ulong number = expected - half + 1; number < expected + half; number += bits == 8 ? 1u : 97u)
            {
                uint truncated = (uint)(number & ((1UL << bits) - 1));
                Assert.Equal(number, RecordNumber.Reconstruct(expected, truncated, bits));
            }
        }
    }

    [Fact]
    public void Numbers_are_ordered_by_epoch_first()
    {
        RecordNumber[] numbers = [new(3, 0), new(2, 9), new(0, 1UL << 40), new(2, 8)];
        Array.Sort(numbers);
        Assert.Equal([new(0, 1UL << 40), new(2, 8), new(2, 9), new(3, 0)], numbers);
    }
}
