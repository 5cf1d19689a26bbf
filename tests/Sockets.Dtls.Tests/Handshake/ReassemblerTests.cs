using System;
using Sockets.Dtls.Handshake;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Handshake;

/// <summary>RFC 9147 §5.5: any order, any overlap; a window and a budget.</summary>
public sealed class ReassemblerTests
{
    private const int MaxMessage = 4096;
    private const int Budget = 8192;

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void Any_order_and_overlap_gives_the_message(ulong seed)
    {
        var random = new SeededRandom(seed);
        for (int round = 0; round < 50; round++)
        {
            byte[] body = new byte[1 + random.Next(3000)];
            for (int i = 0; i < body.Length; i++)
                body[i] = (byte)random.Next(256);
            var reassembler = new Reassembler(5, MaxMessage, Budget);
            int added = 0;
            while (!reassembler.TryPeek(out _, out _, out _))
            {
                int start = random.Next(body.Length);
                int length = 1 + random.Next(Math.Min(400, body.Length - start));
                Assert.Equal(FragmentVerdict.Taken, Add(reassembler, body, start, length, sequence: 5));
                Assert.True(++added < 100_000);
            }

            Assert.True(reassembler.TryPeek(out HandshakeType type, out ReadOnlySpan<byte> whole, out ulong epoch));
            Assert.Equal(HandshakeType.Certificate, type);
            Assert.Equal(2UL, epoch);
            Assert.True(whole.SequenceEqual(body));
            reassembler.Advance();
            Assert.True(reassembler.IsEmpty);
            Assert.Equal(6, reassembler.NextSequence);
        }
    }

    [Fact]
    public void Messages_come_out_in_order()
    {
        var reassembler = new Reassembler(0, MaxMessage, Budget);
        Assert.Equal(FragmentVerdict.Taken, Add(reassembler, [2], 0, 1, sequence: 1));
        Assert.False(reassembler.TryPeek(out _, out _, out _));
        Assert.Equal(FragmentVerdict.Taken, Add(reassembler, [1], 0, 1, sequence: 0));
        Assert.Equal(1, Take(reassembler)[0]);
        Assert.Equal(2, Take(reassembler)[0]);
        Assert.Equal(FragmentVerdict.Old, Add(reassembler, [1], 0, 1, sequence: 1));
    }

    [Fact]
    public void An_empty_message_is_a_message()
    {
        var reassembler = new Reassembler(0, MaxMessage, Budget);
        Assert.Equal(FragmentVerdict.Taken, Add(reassembler, [], 0, 0, sequence: 0));
        Assert.Empty(Take(reassembler));
    }

    [Fact]
    public void The_window_is_seven_messages()
    {
        var reassembler = new Reassembler(10, MaxMessage, Budget);
        Assert.Equal(FragmentVerdict.Taken, Add(reassembler, [1], 0, 1, sequence: 16));
        Assert.Equal(FragmentVerdict.OutOfWindow, Add(reassembler, [1], 0, 1, sequence: 17));
    }

    [Fact]
    public void The_budget_holds_and_the_expected_message_is_admitted()
    {
        var reassembler = new Reassembler(0, MaxMessage, Budget);
        byte[] large = new byte[MaxMessage];
        Assert.Equal(FragmentVerdict.Taken, Add(reassembler, large, 0, 1, sequence: 1));
        Assert.Equal(FragmentVerdict.Taken, Add(reassembler, large, 0, 1, sequence: 2));
        Assert.Equal(FragmentVerdict.OutOfWindow, Add(reassembler, large, 0, 1, sequence: 3));
        Assert.Equal(FragmentVerdict.Taken, Add(reassembler, large, 0, large.Length, sequence: 0));
        Assert.Equal(MaxMessage, Take(reassembler).Length);
    }

    [Fact]
    public void Numbers_outside_the_message_are_malformed()
    {
        var reassembler = new Reassembler(0, MaxMessage, Budget);
        var header = new FragmentHeader(HandshakeType.Certificate, 10, 0, 8, 3);
        Assert.Equal(FragmentVerdict.Malformed, reassembler.Add(header, new byte[3], 2));
        header = new FragmentHeader(HandshakeType.Certificate, 0xFFFFFF, 0, 0xFFFFFF, 0xFFFFFF);
        Assert.Equal(FragmentVerdict.Malformed, reassembler.Add(header, default, 2));
        header = new FragmentHeader(HandshakeType.Certificate, MaxMessage + 1, 0, 0, 1);
        Assert.Equal(FragmentVerdict.TooLarge, reassembler.Add(header, new byte[1], 2));
        Assert.True(reassembler.IsEmpty);
    }

    [Fact]
    public void Nothing_is_kept_for_an_empty_fragment()
    {
        var reassembler = new Reassembler(0, MaxMessage, Budget);
        foreach (int offset in new[] { 0, 3, 10 })
        {
            var header = new FragmentHeader(HandshakeType.Certificate, 10, 0, offset, 0);
            Assert.Equal(FragmentVerdict.Taken, reassembler.Add(header, default, 2));
        }

        Assert.True(reassembler.IsEmpty);
    }

    [Fact]
    public void Authenticated_fragments_that_disagree_are_a_mismatch()
    {
        var reassembler = new Reassembler(0, MaxMessage, Budget);
        Add(reassembler, new byte[100], 0, 10, sequence: 0);
        Assert.Equal(FragmentVerdict.Mismatch, Add(reassembler, new byte[101], 0, 10, sequence: 0));
        Assert.Equal(FragmentVerdict.Mismatch, reassembler.Add(new FragmentHeader(HandshakeType.Finished, 100, 0, 0, 10), new byte[10], 2));
    }

    [Fact]
    public void What_is_not_authenticated_gives_way()
    {
        var reassembler = new Reassembler(0, MaxMessage, Budget);
        reassembler.Add(new FragmentHeader(HandshakeType.Finished, 4000, 0, 0, 10), new byte[10], 0);
        Assert.Equal(FragmentVerdict.Taken, Add(reassembler, [7], 0, 1, sequence: 0));
        Assert.Equal(7, Take(reassembler)[0]);
        Assert.True(reassembler.IsEmpty);
    }

    [Fact]
    public void Data_before_a_change_of_keys_is_excess_when_it_is_authenticated_or_whole()
    {
        var reassembler = new Reassembler(0, MaxMessage, Budget);
        reassembler.Add(new FragmentHeader(HandshakeType.Finished, 20, 1, 0, 20), new byte[20], 0);
        Assert.False(reassembler.HasExcessBelow(2));
        Assert.True(reassembler.IsEmpty);
        reassembler.Add(new FragmentHeader(HandshakeType.Finished, 20, 0, 0, 20), new byte[20], 0);
        Assert.True(reassembler.HasExcessBelow(2));

        var other = new Reassembler(0, MaxMessage, Budget);
        Add(other, new byte[20], 0, 5, sequence: 2);
        Assert.False(other.HasExcessBelow(2));
        Assert.True(other.HasExcessBelow(3));
    }

    private static FragmentVerdict Add(Reassembler reassembler, byte[] body, int start, int length, ushort sequence) =>
        reassembler.Add(
            new FragmentHeader(HandshakeType.Certificate, body.Length, sequence, start, length), body.AsSpan(start, length), epoch: 2);

    private static byte[] Take(Reassembler reassembler)
    {
        Assert.True(reassembler.TryPeek(out _, out ReadOnlySpan<byte> body, out _));
        byte[] copy = body.ToArray();
        reassembler.Advance();
        return copy;
    }
}
