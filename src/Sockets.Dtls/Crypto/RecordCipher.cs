using System;

namespace Sockets.Dtls.Crypto;

/// <summary>
/// The protection of one direction of one epoch: AEAD and record-number encryption (RFC 9147 §4.2). Owns its keys
/// and contexts and zeroes them on dispose. Not thread-safe. No member allocates.
/// </summary>
public abstract class RecordCipher : IDisposable
{
    /// <summary>Bytes a record grows by beyond header, plaintext, content type and padding: the tag.</summary>
    public abstract int Overhead { get; }

    /// <summary>Records that may be sealed under this key (RFC 9147 §4.5.3).</summary>
    public abstract ulong ConfidentialityLimit { get; }

    /// <summary>Records that may fail authentication under this key (RFC 9147 §4.5.3).</summary>
    public abstract ulong IntegrityLimit { get; }

    /// <summary>
    /// Seals one whole record. On entry <paramref name="record"/> starts with the finished header, the sequence
    /// number in clear; on return it holds the record as it goes on the wire, number encrypted. What lies between
    /// <c>header.Length + plaintext.Length + 1</c> and the tag becomes zero padding.
    /// </summary>
    /// <param name="sequence">The 64-bit sequence number, which makes the nonce.</param>
    /// <param name="header">Layout of the header at the start of <paramref name="record"/>.</param>
    /// <param name="plaintext">
    /// The content. Either lies exactly at <c>record[header.Length..]</c> (in place) or does not overlap the record.
    /// </param>
    /// <param name="contentType">The inner content type.</param>
    /// <param name="record">The whole record: header, plaintext, type, padding, tag.</param>
    public abstract void Seal(
        ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record);

    /// <summary>Computes the record-number mask (RFC 9147 §4.2.3) from the first 16 bytes of ciphertext.</summary>
    /// <param name="sample">Exactly 16 bytes.</param>
    /// <param name="mask">1 or 2 bytes to fill.</param>
    public abstract void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask);

    /// <summary>
    /// Opens a record in place: <paramref name="ciphertext"/> loses its tag and becomes the inner plaintext (content,
    /// type, padding) in its first <c>ciphertext.Length - Overhead</c> bytes. On false those bytes hold no plaintext.
    /// </summary>
    /// <param name="sequence">The reconstructed 64-bit sequence number.</param>
    /// <param name="header">The header as additional data, its sequence number already in clear.</param>
    /// <param name="ciphertext">Encrypted record with tag, at least <see cref="Overhead"/> bytes.</param>
    /// <returns>False when the tag does not match. Never throws for bad input.</returns>
    public abstract bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext);

    /// <summary>
    /// Gives memory back that the next record makes anew from the keys, in less than a microsecond: for connections that
    /// have gone quiet. Does nothing where there is no such memory.
    /// </summary>
    public virtual void ReleaseTables()
    {
    }

    /// <summary>
    /// The same mask without checks, in the lowest 16 bits, the first byte lowest. <paramref name="ciphertext"/> has 16
    /// bytes or more.
    /// </summary>
    internal virtual uint GetMask(ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> mask = stackalloc byte[2];
        ComputeMask(ciphertext[..16], mask);
        return mask[0] | ((uint)mask[1] << 8);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeroes the keys and frees the contexts. Called once or more.</summary>
    protected abstract void Dispose(bool disposing);
}
