using System.Buffers.Binary;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>What one side wrote, and what of it has arrived at the other: a subset, each message once, byte for byte.</summary>
internal sealed class SentMessages(string direction, ulong seed)
{
    public const int MinLength = 8;

    private readonly Dictionary<ulong, byte[]> _sent = [];
    private readonly HashSet<ulong> _arrived = [];
    private readonly SeededRandom _random = new(seed);
    private int _checked;

    public int SentCount => _sent.Count;

    public int ArrivedCount => _arrived.Count;

    /// <summary>Makes the next message; it counts as sent.</summary>
    public byte[] Next(int length)
    {
        byte[] message = _random.Bytes(Math.Max(length, MinLength));
        ulong id = (ulong)_sent.Count;
        BinaryPrimitives.WriteUInt64BigEndian(message, id);
        _sent.Add(id, message);
        return message;
    }

    /// <summary>Takes back the newest message: it could not be written.</summary>
    public void Withdraw() => _sent.Remove((ulong)(_sent.Count - 1));

    /// <summary>Checks what has arrived since the last call.</summary>
    public void Check(List<byte[]> received)
    {
        for (; _checked < received.Count; _checked++)
        {
            byte[] message = received[_checked];
            if (message.Length < MinLength)
                throw new SimulationFailure($"{direction}: {message.Length} bytes arrived that were never sent");
            ulong id = BinaryPrimitives.ReadUInt64BigEndian(message);
            if (!_sent.TryGetValue(id, out byte[]? original))
                throw new SimulationFailure($"{direction}: a message arrived that was never sent");
            if (!original.AsSpan().SequenceEqual(message))
                throw new SimulationFailure($"{direction}: message {id} was changed on the way");
            if (!_arrived.Add(id))
                throw new SimulationFailure($"{direction}: message {id} was delivered twice");
        }
    }
}
