namespace Sockets.Bogo.Shim;

/// <summary>First byte of every frame on the connection to the runner. Integers are big-endian.</summary>
internal enum Opcode : byte
{
    /// <summary>u32 length and that many bytes: one datagram, either way.</summary>
    Packet = (byte)'P',

    /// <summary>u64 nanoseconds: let that much time pass. Answered by <see cref="TimeoutAck"/> before anything is sent because of it.</summary>
    Timeout = (byte)'T',

    /// <summary>Nothing: <see cref="Timeout"/> was understood.</summary>
    TimeoutAck = (byte)'t',

    /// <summary>u32 bytes: largest datagram from here on.</summary>
    DatagramSize = (byte)'M',

    /// <summary>u64 nanoseconds until the next handshake timer; all ones when there must be none.</summary>
    ExpectTimeout = (byte)'E',

    /// <summary>u32 milliseconds: another initial retransmission timeout.</summary>
    UpdateTimeout = (byte)'U',
}
