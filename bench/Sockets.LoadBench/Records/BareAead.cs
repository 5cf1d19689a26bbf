using System;
using System.Runtime.InteropServices;
using Sockets.Dtls.Crypto;

namespace Sockets.LoadBench.Records;

/// <summary>
/// The peer: libcrypto's AEAD alone with context and key kept, a counting nonce and a header of five bytes; no record
/// number, no mask, no window. (Without the collector's transitions its five calls take 1 to 5 ns less.)
/// </summary>
internal sealed unsafe partial class BareAead : LoadWork
{
    private const int TagLength = 16;
    private const int GetTag = 0x10;
    private const int SetTag = 0x11;
    private const int HeaderLength = 5;

    private readonly bool _isOpen;
    private readonly int _size;
    private readonly int _count;
    private readonly nint _context;
    private readonly byte* _memory;
    private readonly Action _run;
    private readonly WanderingStack _stack = new();

    public BareAead(CipherSuite suite, int size, bool isOpen)
    {
        _isOpen = isOpen;
        _size = size;
        _count = LoadSizes.Batch(size, isOpen);
        _run = isOpen ? Open : Seal;
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(4096 + (2 * (size + 64))));
        nint cipher = Fetch(0, suite switch
        {
            CipherSuite.Aes128GcmSha256 => "AES-128-GCM",
            CipherSuite.Aes256GcmSha384 => "AES-256-GCM",
            _ => "ChaCha20-Poly1305",
        }, null);
        _context = New();
        Require(Init(_context, cipher, 0, Key, Nonce, 1));
        SealOnce();
    }

    public override string Name => "libcrypto, bare AEAD";

    private byte* Key => _memory;

    private byte* Nonce => _memory + 64;

    private byte* Header => _memory + 128;

    private byte* Tag => _memory + 192;

    private byte* Content => _memory + 256;

    private byte* Sealed => _memory + 256 + _size + 64;

    public override void RunSlice(CpuClock clock) => _stack.Run(() => RunBatches(clock));

    public override void Dispose()
    {
        Free(_context);
        NativeMemory.Free(_memory);
    }

    private void RunBatches(CpuClock clock)
    {
        for (int i = 0; i < LoadSizes.Batches(_isOpen); i++)
            clock.Measure(_run, _count);
    }

    private static void Require(int result)
    {
        if (result != 1)
            throw new InvalidOperationException("libcrypto refused.");
    }

    private void Seal()
    {
        for (int i = 0; i < _count; i++)
        {
            ++*(ulong*)Nonce;
            SealOnce();
        }
    }

    private void SealOnce()
    {
        int length;
        Require(Init(_context, 0, 0, null, Nonce, 1)
            & Update(_context, null, &length, Header, HeaderLength)
            & Update(_context, Sealed, &length, Content, _size)
            & Final(_context, Sealed + _size, &length)
            & Control(_context, GetTag, TagLength, Tag));
    }

    private void Open()
    {
        int length;
        for (int i = 0; i < _count; i++)
        {
            Require(Init(_context, 0, 0, null, Nonce, 0)
                & Update(_context, null, &length, Header, HeaderLength)
                & Update(_context, Content, &length, Sealed, _size)
                & Control(_context, SetTag, TagLength, Tag)
                & Final(_context, Content + _size, &length));
        }
    }

    [LibraryImport("libcrypto.so.3", EntryPoint = "EVP_CIPHER_fetch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Fetch(nint context, string name, string? properties);

    [LibraryImport("libcrypto.so.3", EntryPoint = "EVP_CIPHER_CTX_new")]
    private static partial nint New();

    [LibraryImport("libcrypto.so.3", EntryPoint = "EVP_CIPHER_CTX_free")]
    private static partial void Free(nint context);

    [LibraryImport("libcrypto.so.3", EntryPoint = "EVP_CipherInit_ex")]
    private static partial int Init(nint context, nint cipher, nint engine, byte* key, byte* nonce, int encrypt);

    [LibraryImport("libcrypto.so.3", EntryPoint = "EVP_CipherUpdate")]
    private static partial int Update(nint context, byte* output, int* outputLength, byte* input, int inputLength);

    [LibraryImport("libcrypto.so.3", EntryPoint = "EVP_CipherFinal_ex")]
    private static partial int Final(nint context, byte* output, int* outputLength);

    [LibraryImport("libcrypto.so.3", EntryPoint = "EVP_CIPHER_CTX_ctrl")]
    private static partial int Control(nint context, int type, int argument, byte* pointer);
}
