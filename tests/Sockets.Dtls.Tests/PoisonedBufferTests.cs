using System;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>
/// Everything the engine is given lies against a page that nobody may touch. A byte read or written beside a buffer,
/// by native code above all, ends the test run.
/// </summary>
public sealed class PoisonedBufferTests
{
    public static TheoryData<string, CipherSuite> Cases()
    {
        var cases = new TheoryData<string, CipherSuite>();
        foreach (CryptoProvider provider in TestProviders.All)
        {
            foreach (CipherSuite suite in provider.CipherSuites)
                cases.Add(provider.Name, suite);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Records_of_every_length_stay_in_their_buffers(string providerName, CipherSuite suite)
    {
        Assert.SkipUnless(PoisonedMemory.IsSupported, "Guard pages are made with mmap.");
        CryptoProvider provider = TestProviders.All.Single(candidate => candidate.Name == providerName);
        using var pair = new ConnectedPair(provider, suite);
        using var plaintext = new PoisonedMemory(4096);
        using var datagram = new PoisonedMemory(4096);
        DtlsConnection client = pair.Client.Connection;
        MonotonicTime now = pair.Pair.Network.Clock.Now;
        var sink = new CollectingSink(pair.Pair.Server);
        for (int length = 0; length <= 300; length++)
        {
            Span<byte> content = length % 2 == 0 ? plaintext.AtEnd(length) : plaintext.AtStart(length);
            content.Fill((byte)length);
            int size = client.GetRecordSize(length);
            Span<byte> record = length % 3 == 0 ? datagram.AtStart(size) : datagram.AtEnd(size);
            Assert.Equal(DtlsWriteResult.Success, client.Write(content, now, record, out int written));
            Assert.Equal(size, written);
            pair.Server.Connection.HandleDatagram(pair.Server.Connection.Path, record, now, ref sink);
            pair.Pair.Server.Drain();
            Assert.Equal(length + 1, pair.Server.Received.Count);
            Assert.Equal(length, pair.Server.Received[^1].Length);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tampered_records_of_every_length_stay_in_their_buffers(string providerName, CipherSuite suite)
    {
        Assert.SkipUnless(PoisonedMemory.IsSupported, "Guard pages are made with mmap.");
        CryptoProvider provider = TestProviders.All.Single(candidate => candidate.Name == providerName);
        using var pair = new ConnectedPair(provider, suite);
        using var memory = new PoisonedMemory(4096);
        DtlsConnection server = pair.Server.Connection;
        MonotonicTime now = pair.Pair.Network.Clock.Now;
        var random = new SeededRandom(3);
        var sink = new CollectingSink(pair.Pair.Server);
        for (int length = 0; length <= 300; length++)
        {
            for (int form = 0; form < 16; form++)
            {
                Span<byte> datagram = form % 2 == 0 ? memory.AtEnd(length) : memory.AtStart(length);
                random.Fill(datagram);
                if (length > 0)
                    datagram[0] = (byte)(form < 8 ? 0x2F : 0x23 | (form & 12));
                if (length > 4 && form < 4)
                    (datagram[3], datagram[4]) = ((byte)((length - 5) >> 8), (byte)(length - 5));
                server.HandleDatagram(server.Path, datagram, now, ref sink);
                pair.Pair.Server.Drain();
            }
        }

        Assert.Empty(pair.Server.Received);
        pair.AssertAlive();
    }
}
