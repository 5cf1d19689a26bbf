using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Handshake;

public sealed class ScheduleConstantsTests
{
    [Theory]
    [InlineData(HashKind.Sha256)]
    [InlineData(HashKind.Sha384)]
    public void They_are_what_every_provider_computes(HashKind hash)
    {
        foreach (CryptoProvider provider in TestProviders.All)
        {
            byte[] zeros = new byte[CipherSuites.HashLength(hash)];
            byte[] empty = new byte[zeros.Length];
            byte[] early = new byte[zeros.Length];
            byte[] salt = new byte[zeros.Length];
            using TranscriptHash digest = provider.CreateTranscriptHash(hash);
            digest.GetCurrent(empty);
            provider.HkdfExtract(hash, zeros, zeros, early);
            KeySchedule.ExpandLabel(provider, hash, early, "derived"u8, empty, salt);

            Assert.Equal(empty, ScheduleConstants.EmptyHash(hash));
            Assert.Equal(salt, ScheduleConstants.HandshakeSalt(hash));
        }
    }
}
