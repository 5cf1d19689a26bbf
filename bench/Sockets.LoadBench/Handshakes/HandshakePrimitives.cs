using System;
using System.Runtime.InteropServices;
using static Sockets.LoadBench.Handshakes.EvpFunctions;

namespace Sockets.LoadBench.Handshakes;

/// <summary>
/// The peer: what no handshake can do without, and nothing else. Full: two X25519 key pairs, two derivations, one ECDSA
/// signature on P-256 and its verification, in the fastest way libcrypto has: contexts, keys and peers made beforehand,
/// hashes given. Cold, also what the platform needs to judge the server's chain: reading its certificates, and one X509Chain.
/// </summary>
internal sealed unsafe class HandshakePrimitives : LoadWork
{
    private const int Count = 100;
    private const int HashLength = 32;
    private const int MaxSignatureLength = 80;

    private readonly PlatformChain? _chain;
    private readonly bool _isResumed;
    private readonly byte* _memory;
    private readonly nint _generate;
    private readonly nint _derive;
    private readonly nint _sign;
    private readonly nint _verify;
    private readonly nint[] _keys;
    private readonly Action _run;

    /// <param name="chain">Cold: a chain to judge in each handshake. Warm: null.</param>
    /// <param name="isResumed">Whether the handshake resumes a session: nobody signs.</param>
    public HandshakePrimitives(PlatformChain? chain = null, bool isResumed = false)
    {
        _chain = chain;
        _isResumed = isResumed;
        _memory = (byte*)NativeMemory.AllocZeroed(HashLength + HashLength + MaxSignatureLength);
        _generate = EVP_PKEY_CTX_new_from_name(0, "X25519", null);
        Require(EVP_PKEY_keygen_init(_generate));
        nint curve = EVP_PKEY_CTX_new_from_name(0, "EC", null);
        Require(EVP_PKEY_keygen_init(curve));
        Require(EVP_PKEY_CTX_set_group_name(curve, "P-256"));
        _keys = [Generate(_generate), Generate(_generate), Generate(curve)];
        EVP_PKEY_CTX_free(curve);
        _derive = EVP_PKEY_CTX_new(_keys[0], 0);
        Require(EVP_PKEY_derive_init(_derive));
        Require(EVP_PKEY_derive_set_peer(_derive, _keys[1]));
        _sign = EVP_PKEY_CTX_new(_keys[2], 0);
        Require(EVP_PKEY_sign_init(_sign));
        _verify = EVP_PKEY_CTX_new(_keys[2], 0);
        Require(EVP_PKEY_verify_init(_verify));
        _run = Run;
    }

    public override string Name => _chain is null ? "primitives of libcrypto" : "primitives of libcrypto and X509Chain";

    private byte* Secret => _memory;

    private byte* Hash => _memory + HashLength;

    private byte* Signature => _memory + (2 * HashLength);

    public override void RunSlice(CpuClock clock) => clock.Measure(_run, Count);

    public override void Dispose()
    {
        foreach (nint context in (nint[])[_generate, _derive, _sign, _verify])
            EVP_PKEY_CTX_free(context);
        foreach (nint key in _keys)
            EVP_PKEY_free(key);
        NativeMemory.Free(_memory);
    }

    /// <summary>What one handshake needs.</summary>
    private void RunOnce()
    {
        for (int i = 0; i < 2; i++)
            EVP_PKEY_free(Generate(_generate));
        nuint length = HashLength;
        Require(EVP_PKEY_derive(_derive, Secret, &length));
        Require(EVP_PKEY_derive(_derive, Secret, &length));
        if (_isResumed)
            return;
        length = MaxSignatureLength;
        Require(EVP_PKEY_sign(_sign, Signature, &length, Hash, HashLength));
        Require(EVP_PKEY_verify(_verify, Signature, length, Hash, HashLength));
        _chain?.Judge();
    }

    private static nint Generate(nint context)
    {
        nint key = 0;
        Require(EVP_PKEY_keygen(context, &key));
        return key;
    }

    private void Run()
    {
        for (int i = 0; i < Count; i++)
            RunOnce();
    }
}
