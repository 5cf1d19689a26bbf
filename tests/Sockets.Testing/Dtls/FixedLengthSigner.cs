using Sockets.Dtls.Crypto;

namespace Sockets.Testing;

/// <summary>
/// Signs until the signature has the commonest length of its scheme: ECDSA signatures in DER vary by a byte or two,
/// and one seed must give one packet trace.
/// </summary>
public sealed class FixedLengthSigner(DtlsSigner inner) : DtlsSigner
{
    private const int Attempts = 200;

    public override IReadOnlyList<SignatureScheme> Schemes => inner.Schemes;

    public override byte[] Sign(SignatureScheme scheme, ReadOnlySpan<byte> data)
    {
        int length = scheme switch
        {
            SignatureScheme.EcdsaSecp256r1Sha256 => 71,
            SignatureScheme.EcdsaSecp384r1Sha384 => 103,
            _ => 0,
        };
        for (int i = 0; i < Attempts; i++)
        {
            byte[] signature = inner.Sign(scheme, data);
            if (length == 0 || signature.Length == length)
                return signature;
        }

        throw new InvalidOperationException($"{scheme} gave no signature of {length} bytes in {Attempts} attempts.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
    }
}
