using System.Runtime.Intrinsics;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// One way to compute AES-GCM over whole records, as a type argument of <see cref="HardwareRecordCipher{TKernel}"/>. Works
/// on raw pointers and checks nothing: the cipher has checked every length.
/// </summary>
internal unsafe interface IGcmKernel
{
    /// <summary>Makes the tables laid out in <see cref="GcmTables"/>.</summary>
    /// <param name="tables"><see cref="GcmTables.Size"/> bytes.</param>
    /// <param name="keys">AEAD key, record-number key, IV.</param>
    static abstract void Expand(byte* tables, byte* keys);

    /// <summary>Seals: writes ciphertext and tag, and returns the mask of the record number.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="sequence">The sequence number.</param>
    /// <param name="header">Additional data.</param>
    /// <param name="headerLength">Its length.</param>
    /// <param name="content">The content: exactly at <paramref name="body"/> or apart from it.</param>
    /// <param name="contentLength">Its length; the content type follows in the inner plaintext.</param>
    /// <param name="contentType">The content type.</param>
    /// <param name="body">Takes one byte more than the content, and 16 of tag.</param>
    /// <returns>The first mask byte in the lowest 8 bits, the second in the next.</returns>
    static abstract uint Seal(
        byte* tables, ulong sequence, byte* header, int headerLength, byte* content, int contentLength, byte contentType, byte* body);

    /// <summary>Opens in place. What it wrote is worth nothing when it returns false: the caller clears it.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="sequence">The sequence number.</param>
    /// <param name="header">Additional data.</param>
    /// <param name="headerLength">Its length.</param>
    /// <param name="body">Ciphertext and, after it, 16 bytes of tag.</param>
    /// <param name="innerLength">Bytes of the ciphertext, 1 or more.</param>
    static abstract bool Open(byte* tables, ulong sequence, byte* header, int headerLength, byte* body, int innerLength);

    /// <summary>The mask of the record number, as <see cref="Seal"/> returns it.</summary>
    static abstract uint Mask(byte* tables, Vector128<byte> sample);

    /// <summary>Whether a tag belongs to a header with nothing behind it, which no record has but some vectors.</summary>
    static abstract bool VerifyEmpty(byte* tables, ulong sequence, byte* header, int headerLength, byte* tag);
}
