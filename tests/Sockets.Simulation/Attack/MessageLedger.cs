using System.Buffers.Binary;
using Sockets.Testing;

namespace Sockets.Simulation.Attack;

/// <summary>Every message that was ever written, and whether it has arrived: at most once, byte for byte.</summary>
internal sealed class MessageLedger(ulong seed)
{
    private const int IdLength = 8;

    private readonly List<byte[]> _written = [];
    private readonly HashSet<ulong> _arrived = [];
    private readonly HashSet<ulong> _returned = [];
    private readonly SeededRandom _random = new(seed);

    /// <summary>Makes a message of at least eight bytes; it counts as written.</summary>
    public byte[] Write(int length)
    {
        byte[] message = _random.Bytes(Math.Max(length, IdLength));
        BinaryPrimitives.WriteUInt64BigEndian(message, (ulong)_written.Count);
        _written.Add(message);
        return message;
    }

    /// <summary>The server was given a message.</summary>
    public void OnArrived(ReadOnlySpan<byte> message) => Check(message, _arrived, "the server");

    /// <summary>A client was given a message that the server has sent back.</summary>
    public void OnReturned(ReadOnlySpan<byte> message) => Check(message, _returned, "a client");

    private void Check(ReadOnlySpan<byte> message, HashSet<ulong> seen, string receiver)
    {
        ulong id = message.Length < IdLength ? ulong.MaxValue : BinaryPrimitives.ReadUInt64BigEndian(message);
        if (id >= (ulong)_written.Count)
            throw new SimulationFailure($"{receiver} was given {message.Length} bytes that nobody wrote");
        if (!message.SequenceEqual(_written[(int)id]))
            throw new SimulationFailure($"{receiver} was given message {id} altered");
        if (!seen.Add(id))
            throw new SimulationFailure($"{receiver} was given message {id} twice");
    }
}
