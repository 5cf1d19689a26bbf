using System;
using Sockets.Dtls.Handshake;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Handshake;

public sealed class ByteRangesTests
{
    [Fact]
    public void Missing_runs_are_what_a_look_at_each_byte_finds()
    {
        var random = new SeededRandom(11);
        for (int round = 0; round < 400; round++)
        {
            int length = 1 + (random.Bytes(2)[0] * 2);
            var ranges = new ByteRanges(length);
            bool[] there = new bool[length];
            for (int i = 0; i < round % 7; i++)
            {
                byte[] choice = random.Bytes(2);
                int start = choice[0] * 2 % length;
                int end = Math.Min(length, start + choice[1]);
                ranges.Add(start, end);
                there.AsSpan(start, end - start).Fill(true);
            }

            for (int from = 0; from <= length; from++)
            {
                int runStart = from;
                while (runStart < length && there[runStart])
                    runStart++;
                int runEnd = runStart;
                while (runEnd < length && !there[runEnd])
                    runEnd++;
                Assert.Equal(runStart < length, ranges.TryFindMissing(from, length, out int start, out int end));
                if (runStart < length)
                    Assert.Equal((runStart, runEnd), (start, end));
            }
        }
    }
}
