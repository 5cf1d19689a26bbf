using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Authentication;

/// <summary>The two halves of client authentication after the handshake, message by message.</summary>
public sealed class CertificateExchangeTests
{
    private static readonly byte[] Messages = [20, 0, 0, 2, 7, 7];
    private static readonly byte[] Secret = new SeededRandom(1).Bytes(32);

    [Fact]
    public void An_answer_is_taken()
    {
        using CertificateRequests requests = Ask(out byte[] request);
        (byte[] certificate, byte[]? verify, byte[] finished) = Answer(request);
        Assert.False(requests.HandleCertificate(certificate, out int sequence).IsError);
        Assert.Equal(9, sequence);
        Assert.True(requests.IsAnswerBegun);
        Assert.False(requests.HandleCertificateVerify(verify).IsError);
        Assert.False(requests.HandleFinished(finished, Secret, out bool needsJudgement, out bool isEmpty).IsError);
        Assert.True(needsJudgement);
        Assert.False(isEmpty);
        Assert.Null(requests.TakeResult());
        Assert.Equal(requests.Pending, requests.Accept());
        Assert.True(requests.TakeResult()!.IsAuthenticated);
        Assert.True(requests.IsIdle);
        Assert.False(requests.ExpectsAnswer);
    }

    /// <summary>RFC 8446 §4.4.2: the context of a request that was sent and not answered yet.</summary>
    [Fact]
    public void Another_context_is_illegal()
    {
        using CertificateRequests requests = Ask(out byte[] request);
        byte[] other = [.. request];
        other[1] ^= 1;
        Assert.Equal(ProtocolError.Illegal, requests.HandleCertificate(Answer(other).Certificate, out _));
        Assert.Equal(ProtocolError.Illegal, requests.HandleCertificate([0, 0, 0, 0], out _));

        (byte[] certificate, _, _) = Answer(request);
        Assert.False(requests.HandleCertificate(certificate, out _).IsError);
        Assert.Equal(ProtocolError.Unexpected, requests.HandleCertificate(certificate, out _));
    }

    [Fact]
    public void An_answer_to_another_request_of_the_same_connection_does_not_fit()
    {
        using CertificateRequests requests = Ask(out byte[] first);
        Assert.True(requests.TryCreate(out _));
        Assert.True(requests.TryTakeUnsent(10, out byte[]? second));
        (byte[] certificate, byte[]? verify, _) = Answer(first);
        byte[] moved = [.. second[..17], .. certificate[17..]];
        Assert.False(requests.HandleCertificate(moved, out _).IsError);
        Assert.Equal(DtlsFailureReason.InvalidSignature, requests.HandleCertificateVerify(verify).Reason);
    }

    [Fact]
    public void Every_message_has_its_place()
    {
        using CertificateRequests requests = Ask(out byte[] request);
        (byte[] certificate, byte[]? verify, byte[] finished) = Answer(request);
        Assert.Equal(ProtocolError.Unexpected, requests.HandleCertificateVerify(verify));
        Assert.Equal(ProtocolError.Unexpected, requests.HandleFinished(finished, Secret, out _, out _));
        Assert.False(requests.HandleCertificate(certificate, out _).IsError);
        Assert.Equal(ProtocolError.Unexpected, requests.HandleFinished(finished, Secret, out _, out _)); // without a proof
        Assert.False(requests.HandleCertificateVerify(verify).IsError);
        Assert.Equal(ProtocolError.Unexpected, requests.HandleCertificateVerify(verify));
    }

    [Fact]
    public void An_empty_answer_has_no_signature()
    {
        using CertificateRequests requests = Ask(out byte[] request);
        (byte[] certificate, byte[]? verify, byte[] finished) = Answer(request, hasCredential: false);
        Assert.Null(verify);
        Assert.False(requests.HandleCertificate(certificate, out _).IsError);
        Assert.Equal(ProtocolError.Unexpected, requests.HandleCertificateVerify(Answer(request).Verify));
        Assert.False(requests.HandleFinished(finished, Secret, out bool needsJudgement, out bool isEmpty).IsError);
        Assert.False(needsJudgement);
        Assert.True(isEmpty);
        Assert.False(requests.TakeResult()!.IsAuthenticated);
    }

    /// <summary>RFC 8446 §4.4.4: Finished is made with the secret of the keys it goes out with.</summary>
    [Fact]
    public void A_finished_under_other_keys_is_wrong()
    {
        using CertificateRequests requests = Ask(out byte[] request);
        (byte[] certificate, byte[]? verify, byte[] finished) = Answer(request);
        requests.HandleCertificate(certificate, out _);
        requests.HandleCertificateVerify(verify);
        Assert.Equal(DtlsFailureReason.InvalidFinished, requests.HandleFinished(finished, new SeededRandom(2).Bytes(32), out _, out _).Reason);
    }

    [Fact]
    public void A_scheme_that_was_not_offered_is_illegal()
    {
        using CertificateRequests requests = Ask(out byte[] request);
        (byte[] certificate, byte[]? verify, _) = Answer(request);
        requests.HandleCertificate(certificate, out _);
        verify![0] = 4;
        verify[1] = 1; // rsa_pkcs1_sha256
        Assert.Equal(ProtocolError.Illegal, requests.HandleCertificateVerify(verify));
    }

    [Fact]
    public void A_certificate_of_another_kind_is_refused()
    {
        using CertificateRequests requests = Ask(out byte[] request);
        byte[] key = TestKeys.PublicKey(TestCertificateKind.EcdsaP256);
        byte[] entry = [0, 0, (byte)key.Length, .. key, 0, 0];
        Assert.Equal(DtlsFailureReason.InvalidCertificate, requests.HandleCertificate([.. request[..17], 0, 0, (byte)entry.Length, .. entry], out _).Reason);
    }

    [Fact]
    public void Requests_that_wait_at_a_client_are_bounded()
    {
        using CertificateRequests requests = Ask(out byte[] request);
        using var answers = new CertificateAnswers(Basis(hasCredential: true));
        for (int i = 0; i < CertificateAnswers.MaxOutstanding; i++)
        {
            Assert.False(answers.Handle(request, out bool needsSignature).IsError);
            Assert.Equal(i == 0, needsSignature);
        }

        Assert.Equal(DtlsFailureReason.TooManyCertificateRequests, answers.Handle(request, out _).Reason);
    }

    [Fact]
    public void A_request_that_does_not_parse_is_refused()
    {
        using var answers = new CertificateAnswers(Basis(hasCredential: true));
        Assert.Equal(ProtocolError.Malformed, answers.Handle([1], out _));
        Assert.Equal(ProtocolError.MissingExtension, answers.Handle([0, 0, 0], out _));
    }

    [Fact]
    public void Every_request_has_a_context_of_its_own()
    {
        using CertificateRequests requests = Ask(out byte[] first);
        Assert.True(requests.TryCreate(out _));
        Assert.True(requests.TryTakeUnsent(10, out byte[]? second));
        Assert.Equal(16, first[0]);
        Assert.NotEqual(first[1..17], second[1..17]);
    }

    [Fact]
    public void A_flight_drops_the_message_that_was_answered()
    {
        var flight = new Flight(32);
        flight.Add(new OutgoingMessage(HandshakeType.CertificateRequest, 3, 3, new byte[50]));
        flight.Add(new OutgoingMessage(HandshakeType.CertificateRequest, 4, 3, new byte[60]));
        Assert.False(flight.Acknowledge(5));
        Assert.True(flight.Acknowledge(3));
        Assert.False(flight.IsAcknowledged);
        byte[] content = new byte[500];
        Assert.Equal(72, flight.Fill(content, out _));
        Assert.Equal(4, content[5]);
        Assert.True(flight.Acknowledge(4));
        Assert.True(flight.IsAcknowledged);
    }

    private static PostHandshake Basis(bool hasCredential)
    {
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 3);
        if (hasCredential)
            config = config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] };
        return new PostHandshake(config, CipherSuite.Aes128GcmSha256, Messages, DtlsCertificateType.X509);
    }

    private static CertificateRequests Ask(out byte[] request)
    {
        var requests = new CertificateRequests(Basis(hasCredential: false));
        Assert.False(requests.ExpectsAnswer);
        Assert.True(requests.TryCreate(out int id));
        Assert.Equal(1, id);
        Assert.False(requests.ExpectsAnswer); // it was not sent yet
        Assert.True(requests.TryTakeUnsent(9, out byte[]? body));
        Assert.False(requests.TryTakeUnsent(10, out _));
        request = body;
        return requests;
    }

    private static (byte[] Certificate, byte[]? Verify, byte[] Finished) Answer(byte[] request, bool hasCredential = true)
    {
        using var answers = new CertificateAnswers(Basis(hasCredential));
        Assert.False(answers.Handle(request, out bool needsSignature).IsError);
        Assert.Equal(hasCredential, needsSignature);
        if (answers.PendingSignature is { } signature)
            answers.CompleteSignature(signature.Credential.Signer!.Sign(signature.Scheme, signature.Content.Span));
        byte[]? certificate = null;
        byte[]? verify = null;
        byte[]? finished = null;
        Assert.False(answers.Send(Secret, (type, body) =>
        {
            switch (type)
            {
                case HandshakeType.Certificate:
                    certificate = body;
                    break;
                case HandshakeType.CertificateVerify:
                    verify = body;
                    break;
                default:
                    finished = body;
                    break;
            }
        }));
        Assert.True(answers.IsIdle);
        return (certificate!, verify, finished!);
    }
}
