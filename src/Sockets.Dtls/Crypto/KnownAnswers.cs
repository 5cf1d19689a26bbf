using System;

namespace Sockets.Dtls.Crypto;

/// <summary>Published vectors, in hex, that a provider has to reproduce before it is used.</summary>
internal static class KnownAnswers
{
    /// <summary>One AEAD vector with a record-number mask vector of the same suite.</summary>
    internal readonly record struct Record(
        CipherSuite Suite, string Key, string Nonce, string Header, string Inner, string Sealed, string NumberKey, string Sample, string Mask);

    /// <summary>Two key pairs and what they agree on.</summary>
    internal readonly record struct Agreement(
        NamedGroup Group, string PrivateA, string PublicA, string PrivateB, string PublicB, string Secret);

    /// <summary>A hash of "abc" and an HMAC.</summary>
    internal readonly record struct Hash(HashKind Kind, string OfAbc, string Mac);

    /// <summary>Key of the HMAC vectors: "Jefe" (RFC 4231 §4.3).</summary>
    public const string MacKey = "4a656665";

    /// <summary>Data of the HMAC vectors: "what do ya want for nothing?" (RFC 4231 §4.3).</summary>
    public const string MacData = "7768617420646f2079612077616e7420666f72206e6f7468696e673f";

    /// <summary>Input key of HKDF (RFC 5869 §A.1).</summary>
    public const string HkdfInput = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

    /// <summary>Salt of HKDF (RFC 5869 §A.1).</summary>
    public const string HkdfSalt = "000102030405060708090a0b0c";

    /// <summary>Info of HKDF (RFC 5869 §A.1).</summary>
    public const string HkdfInfo = "f0f1f2f3f4f5f6f7f8f9";

    /// <summary>Pseudo-random key of HKDF (RFC 5869 §A.1).</summary>
    public const string HkdfKey = "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5";

    /// <summary>Output of HKDF (RFC 5869 §A.1).</summary>
    public const string HkdfOutput =
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";

    private const string GcmPlaintext =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";

    /// <summary>
    /// The GCM specification's test cases 4 and 16, RFC 8439 §2.8.2; masks from RFC 9001 §A.2, FIPS 197 §C.3 and
    /// RFC 9001 §A.5. Of AES-CCM with this nonce and tag no document has a vector: this one is the input of GCM's test case 4,
    /// computed step by step as RFC 3610 §2 says.
    /// </summary>
    public static Record[] Records { get; } =
    [
        new(
            CipherSuite.Aes128GcmSha256,
            "feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            GcmPlaintext,
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
            + "5bc94fbc3221a5db94fae95ae7121a47",
            "9f50449e04a0e810283a1e9933adedd2",
            "d1b1c98dd7689fb8ec11d242b123dc9b",
            "437b"),
        new(
            CipherSuite.Aes256GcmSha384,
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            GcmPlaintext,
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            + "76fc6ece0f4e1768cddf8853bb2d551b",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "00112233445566778899aabbccddeeff",
            "8ea2"),
        new(
            CipherSuite.ChaCha20Poly1305Sha256,
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
            "070000004041424344454647",
            "50515253c0c1c2c3c4c5c6c7",
            "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666657220796f75206f"
            + "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069742e",
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
            + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116"
            + "1ae10b594f09e26a7e902ecbd0600691",
            "25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4",
            "5e5cd55c41f69080575d7999c25a5bfb",
            "aefe"),
        new(
            CipherSuite.Aes128CcmSha256,
            "feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            GcmPlaintext,
            "0893e94b9148801af0f73426abb00e3ca49bf09d79a20127a7eb1926fa89053787ff02d07d71813b885b85e7f96c4eedf420db126a0451ce13bd41ba"
            + "0238c326b47b34f78f659e751096cd22",
            "9f50449e04a0e810283a1e9933adedd2",
            "d1b1c98dd7689fb8ec11d242b123dc9b",
            "437b"),
    ];

    /// <summary>RFC 7748 §6.1, RFC 5903 §8.1 and §8.2.</summary>
    public static Agreement[] Agreements { get; } =
    [
        new(
            NamedGroup.X25519,
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
            "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"),
        new(
            NamedGroup.Secp256r1,
            "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
            "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
            + "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
            "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
            "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
            + "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
            "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"),
        new(
            NamedGroup.Secp384r1,
            "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
            "04667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa"
            + "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
            "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
            "04e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571"
            + "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
            "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746"),
    ];

    /// <summary>
    /// X25519MLKEM768 of the private key 00 01 02 … 5f: the SHA-256 of the public key, and the secret with a ciphertext of the
    /// bytes 00 07 0e …, which ML-KEM rejects implicitly, and PublicB of X25519. No standard has such a vector: these are what
    /// two implementations give that reproduce Wycheproof's.
    /// </summary>
    public static Agreement Hybrid { get; } = new(
        NamedGroup.X25519MLKEM768,
        Convert.ToHexString(Sequence(96, 1)),
        "d99e4496af749b54ee4a2d270c8057450624ecc5dc0866295ffc504a26134ad4",
        "",
        Convert.ToHexString(Sequence(1088, 7)) + "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        "c8f2ad3991ef968727b7af34e3b2297587c7e2f1199c70a88dd4af476d4ce2ec"
        + "d2e887e75fbf32ea8c1fe9f0f88d63ffdd5bbf2c58e77a07fea094a3dae76204");

    /// <summary>FIPS 180-4 examples and RFC 4231 §4.3.</summary>
    public static Hash[] Hashes { get; } =
    [
        new(
            HashKind.Sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        new(
            HashKind.Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"),
    ];

    private static byte[] Sequence(int length, int step)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)(i * step);
        return bytes;
    }
}
