namespace Sockets.Testing;

/// <summary>
/// xoshiro256** seeded through splitmix64. A generator of our own, so that a seed means the same trace on every
/// runtime version.
/// </summary>
public sealed class SeededRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public SeededRandom(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>A generator whose output has nothing to do with this one's, for one named purpose.</summary>
    public SeededRandom Fork(ulong purpose) => new(NextUInt64() ^ (purpose * 0x9E37_79B9_7F4A_7C15UL));

    public ulong NextUInt64()
    {
        ulong result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>0 to <paramref name="bound"/> - 1.</summary>
    public int Next(int bound) => (int)(NextUInt64() % (uint)bound);

    /// <summary><paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public int Between(int from, int to) => from + Next(to - from + 1);

    /// <summary>True in <paramref name="percent"/> of all calls.</summary>
    public bool Chance(int percent) => Next(100) < percent;

    public TimeSpan Between(TimeSpan from, TimeSpan to) =>
        from + new TimeSpan((long)(NextUInt64() % (ulong)((to - from).Ticks + 1)));

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    public void Fill(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ulong word = NextUInt64();
            int count = Math.Min(8, destination.Length);
            for (int i = 0; i < count; i++)
                destination[i] = (byte)(word >> (8 * i));
            destination = destination[count..];
        }
    }

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E37_79B9_7F4A_7C15UL;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return z ^ (z >> 31);
    }
}
