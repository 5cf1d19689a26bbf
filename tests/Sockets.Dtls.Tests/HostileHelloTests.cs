using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Hellos that no honest peer sends, each as anybody could forge it.</summary>
public sealed class HostileHelloTests
{
    private const byte HandshakeRecord = 22;
    private const byte ServerHello = 2;
    private const ushort PreSharedKey = 41;
    private const ushort Unknown = 0x1A1A;

    // RFC 8446 §4.1.3.
    private const string RetryRandom = "CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C";

    [Theory]
    [InlineData(65_300)]
    [InlineData(65_450)]
    public void A_cookie_too_large_to_send_back_ends_the_handshake(int length)
    {
        using DtlsPair pair = DtlsPair.Create(client: static config => config with { ServerName = new string('a', 255) });
        pair.Network.OnSend = static _ => false;
        pair.Start();
        ReceiveRetry(pair.Client, length);
        Assert.True(pair.Client.Log.IsClosed, pair.Describe());
        Assert.Equal(DtlsFailureReason.IllegalParameter, pair.Client.Log.Failure?.Reason);
        Assert.Equal(AlertDescription.IllegalParameter, pair.Client.Log.Failure?.Alert);
    }

    [Fact]
    public void A_large_cookie_is_sent_back()
    {
        using DtlsPair pair = DtlsPair.Create();
        int sent = 0;
        pair.Network.OnSend = datagram =>
        {
            sent += datagram.Payload.Length;
            return false;
        };
        pair.Start();
        ReceiveRetry(pair.Client, 60_000);
        pair.Settle(TimeSpan.FromMilliseconds(90));
        Assert.Equal(DtlsState.WaitServerHello, pair.Client.Connection.State);
        Assert.True(pair.Client.Connection.UsedHelloRetryRequest);
        Assert.InRange(sent, 60_000, 70_000);
    }

    [Theory]
    [InlineData(PreSharedKey, Unknown, true)]
    [InlineData(Unknown, PreSharedKey, false)]
    public void A_pre_shared_key_comes_last(ushort first, ushort second, bool isRefused)
    {
        using DtlsPair pair = DtlsPair.Create();
        List<byte[]> hello = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 3));
        byte[] changed = Append(Assert.Single(hello), [(byte)(first >> 8), (byte)first, 0, 0, (byte)(second >> 8), (byte)second, 0, 0]);
        pair.Network.OnSend = static _ => false;
        pair.Start();
        pair.Server.Receive(DtlsPair.ClientAddress, changed);
        Assert.Equal(isRefused, pair.Server.Log.IsClosed);
        Assert.Equal(isRefused ? AlertDescription.IllegalParameter : null, pair.Server.Log.Failure?.Alert);
    }

    /// <summary>Adds extensions at the end of a ClientHello that is one fragment of one record.</summary>
    private static byte[] Append(byte[] datagram, byte[] extensions)
    {
        byte[] changed = [.. datagram, .. extensions];
        const int record = PlaintextRecords.HeaderLength;
        const int body = record + PlaintextRecords.FragmentHeaderLength;
        int offset = body + 2 + 32;
        offset += 1 + changed[offset];
        offset += 1 + changed[offset];
        offset += 2 + BinaryPrimitives.ReadUInt16BigEndian(changed.AsSpan(offset));
        offset += 1 + changed[offset];
        foreach (int length in new[] { 11, record + 2, record + 10, offset })
        {
            Span<byte> field = changed.AsSpan(length);
            BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(field) + extensions.Length));
        }

        return changed;
    }

    private static void ReceiveRetry(DtlsNode client, int cookieLength)
    {
        byte[] extensions =
        [
            0, 43, 0, 2, 0xFE, 0xFC,
            0, 44, .. UInt16(cookieLength + 2), .. UInt16(cookieLength), .. new byte[cookieLength],
        ];
        byte[] message = [0xFE, 0xFD, .. Convert.FromHexString(RetryRandom), 0, 0x13, 0x01, 0, .. UInt16(extensions.Length), .. extensions];
        const int step = 16_000;
        for (int offset = 0; offset < message.Length; offset += step)
        {
            byte[] part = message[offset..Math.Min(offset + step, message.Length)];
            byte[] fragment = PlaintextRecords.Fragment(ServerHello, message.Length, 0, offset, part.Length, part);
            client.Receive(DtlsPair.ServerAddress, PlaintextRecords.Record(HandshakeRecord, fragment, sequence: (ulong)offset));
        }
    }

    private static byte[] UInt16(int value) => [(byte)(value >> 8), (byte)value];
}
