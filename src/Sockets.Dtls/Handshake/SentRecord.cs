using Sockets.Dtls.Records;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The bytes of a flight that one record carried: from an offset in one message to an end in the same or a later one.
/// Bytes between them that it did not carry had been acknowledged before.
/// </summary>
internal readonly record struct SentRecord(RecordNumber Number, int FirstMessage, int FirstOffset, int LastMessage, int LastEnd);
