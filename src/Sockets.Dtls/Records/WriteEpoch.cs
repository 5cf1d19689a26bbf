using System;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Records;

/// <summary>
/// Everything that sealing the records of one epoch takes, the numbering included: no caller ever names a sequence
/// number. Owns its cipher.
/// </summary>
internal sealed class WriteEpoch : IDisposable
{
    // What the mask of a record number is made from (RFC 9147 §4.2.3): a short tag needs padding to come to it.
    private const int LeastCiphertext = 16;

    private readonly RecordCipher _cipher;
    private readonly RecordHeaderForm _form;
    private RecordHeaderLayout _layout;
    private byte[]? _connectionId; // null without one: the usual record has none
    private readonly ulong _limit;
    private readonly ulong _updateAt;
    private readonly int _cipherOverhead;
    private readonly int _leastContent;

    /// <param name="epoch">The epoch.</param>
    /// <param name="cipher">Its protection.</param>
    /// <param name="form">Form of the header.</param>
    /// <param name="maxRecords">Records at most, lowered to the AEAD's limit.</param>
    public WriteEpoch(ulong epoch, RecordCipher cipher, RecordHeaderForm form, ulong maxRecords)
    {
        Epoch = epoch;
        _cipher = cipher;
        _form = form;
        _cipherOverhead = cipher.Overhead;
        _layout = UnifiedHeader.GetLayout(form);
        ContentOffset = _layout.Length;
        _leastContent = Math.Max(LeastCiphertext - 1 - _cipherOverhead, 0);
        Overhead = ContentOffset + 1 + _leastContent + _cipherOverhead;
        _limit = Math.Min(Math.Min(maxRecords, cipher.ConfidentialityLimit), RecordNumber.MaxSequence);
        _updateAt = _limit - (_limit / 8);
    }

    /// <summary>The epoch.</summary>
    public ulong Epoch { get; }

    /// <summary>The traffic secret, where the association may be saved; else null. Pinned; zeroed with the keys.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>Records sealed so far.</summary>
    public ulong Count { get; private set; }

    /// <summary>Whether no further record may be sealed (RFC 9147 §4.5.3).</summary>
    public bool IsExhausted => Count >= _limit;

    /// <summary>Whether it is time for a key update: 7/8 of the limit.</summary>
    public bool NeedsUpdate => Count >= _updateAt;

    /// <summary>Bytes a record adds to its content: header with connection ID, type, tag.</summary>
    public int Overhead { get; private set; }

    /// <summary>
    /// Seals one record into the start of <paramref name="destination"/>, which must hold content, padding and
    /// <see cref="Overhead"/>. Not when <see cref="IsExhausted"/>.
    /// </summary>
    /// <param name="content">
    /// The content: either apart from <paramref name="destination"/> or exactly at its <see cref="ContentOffset"/>.
    /// </param>
    /// <param name="type">The content type.</param>
    /// <param name="destination">Where the record goes.</param>
    /// <param name="number">The number the record got.</param>
    /// <param name="padding">Bytes of padding to add.</param>
    /// <returns>Bytes of the record.</returns>
    public int Seal(ReadOnlySpan<byte> content, ContentType type, Span<byte> destination, out RecordNumber number, int padding = 0)
    {
        ulong sequence = Count;
        padding = Math.Max(padding, _leastContent - content.Length);
        int ciphertextLength = content.Length + 1 + padding + _cipherOverhead;
        if (_connectionId is not { } connectionId)
            UnifiedHeader.Write(destination, _form, new RecordNumber(Epoch, sequence), ciphertextLength);
        else
            UnifiedHeader.Write(destination, _form, connectionId, new RecordNumber(Epoch, sequence), ciphertextLength);
        int length = _layout.Length + ciphertextLength;
        _cipher.Seal(sequence, _layout, content, (byte)type, destination[..length]);
        Count = sequence + 1;
        number = new RecordNumber(Epoch, sequence);
        return length;
    }

    /// <summary>Where the content lies in a record, for sealing in place.</summary>
    public int ContentOffset { get; private set; }

    /// <summary>From the next record on each carries this connection ID; none when it is empty.</summary>
    public void UseConnectionId(byte[] connectionId)
    {
        _connectionId = connectionId.Length == 0 ? null : connectionId;
        _layout = UnifiedHeader.GetLayout(_form, connectionId.Length);
        ContentOffset = _layout.Length;
        Overhead = ContentOffset + 1 + _leastContent + _cipherOverhead;
    }

    /// <summary>Gives back what the next record makes anew.</summary>
    public void ReleaseTables() => _cipher.ReleaseTables();

    /// <summary>Goes on where a saved epoch has ended: no number is used twice. Not once a record was sealed.</summary>
    public void Resume(ulong count)
    {
        if (Count != 0)
            throw new InvalidOperationException("The epoch has sealed records of its own.");
        Count = count;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(Secret);
    }
}
