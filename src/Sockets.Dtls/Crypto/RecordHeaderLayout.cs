namespace Sockets.Dtls.Crypto;

/// <summary>Where the parts of a record's header lie: what a <see cref="RecordCipher"/> has to know of it.</summary>
/// <param name="Length">Bytes of the whole header, which is the additional data of the AEAD.</param>
/// <param name="NumberOffset">Offset in bytes of the truncated sequence number inside the header.</param>
/// <param name="NumberLength">Bytes of the truncated sequence number: 1 or 2.</param>
public readonly record struct RecordHeaderLayout(int Length, int NumberOffset, int NumberLength);
