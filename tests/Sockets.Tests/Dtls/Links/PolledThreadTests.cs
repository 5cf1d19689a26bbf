using System.Net;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Tests.Polling;

namespace Sockets.Tests;

/// <summary>DTLS driven by a poll: one thread does everything, also while the thread pool can do nothing. Alone: it blocks the pool.</summary>
[CollectionDefinition(nameof(PolledThreadTests), DisableParallelization = true)]
[Collection(nameof(PolledThreadTests))]
public class PolledThreadTests
{
    [Fact]
    public void A_handshake_and_all_traffic_run_on_one_thread_while_the_thread_pool_is_blocked() => OnOneThread(withPool: false, static () =>
    {
        using var authority = new TestAuthority();
        int thread = Environment.CurrentManagedThreadId;
        int checks = 0;
        bool Check(X509Certificate2Collection certificates)
        {
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            checks++;
            return true;
        }

        SocketListenerOptions listening = new SocketListenerOptions { DrivenByPoll = true }.UseDtls(new DtlsServerOptions
        {
            Credentials = [authority.ServerCredential()],
            ClientAuthentication = DtlsClientAuthentication.Required,
            Trust = authority.Trust,
            AdditionalCertificateCheck = Check,
        });
        SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), listening);
        SocketClientOptions connecting = new SocketClientOptions { DrivenByPoll = true }.UseDtls(new DtlsClientOptions
        {
            TargetHost = "localhost",
            Trust = authority.Trust,
            Credentials = [authority.ClientCredential("CN=device")],
            AdditionalCertificateCheck = Check,
        });
        using var poll = new SocketPoll();
        using Socket client = Socket.StartConnect(listener.LocalEndPoint, connecting);
        poll.Add(client, SocketEvents.Connected | SocketEvents.Readable, "client");
        var loop = new EchoLoop(poll, listener);
        loop.RunUntil(() => loop.IsConnected && loop.Server is not null);
        Assert.Equal(2, checks);

        byte[] buffer = new byte[2000];
        for (int i = 0; i < 100; i++)
        {
            Assert.True(client.TrySend(BitConverter.GetBytes(i), out _));
            SocketReceiveResult answer = default;
            loop.RunUntil(() => client.TryReceive(buffer, out answer));
            Assert.Equal(i, BitConverter.ToInt32(buffer.AsSpan(0, answer.Count)));
        }

        using (X509Certificate2? shown = loop.Server!.Security!.GetPeerCertificate())
            Assert.Equal("CN=device", shown?.Subject);
        loop.Server.Dispose();
        SocketReceiveResult end = default;
        loop.RunUntil(() => client.TryReceive(buffer, out end));
        Assert.True(end.IsEnd);
        client.Dispose();
        Task disposing = listener.DisposeAsync().AsTask(); // ends when the pool does something again
        Assert.False(disposing.IsFaulted);
    });

    [Fact]
    public void A_signature_that_comes_later_from_elsewhere_wakes_the_poll() => OnOneThread(withPool: true, static () =>
    {
        using var authority = new TestAuthority();
        using X509Certificate2 certificate = authority.Issue(["localhost"]);
        using var asked = new ManualResetEventSlim();
        using var answer = new ManualResetEventSlim();
        SocketListenerOptions listening = new SocketListenerOptions { DrivenByPoll = true }.UseDtls(new DtlsServerOptions
        {
            Credentials = [DtlsCredentialLoader.ForExternalKey(X509CertificateLoader.LoadCertificate(certificate.RawData), [SignatureScheme.EcdsaSecp256r1Sha256])],
            SigningCallback = async (request, _) =>
            {
                await Task.Run(() =>
                {
                    asked.Set();
                    answer.Wait(CancellationToken.None);
                }, CancellationToken.None);
                using ECDsa key = certificate.GetECDsaPrivateKey()!;
                return key.SignData(request.Content.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            },
        });
        SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), listening);
        SocketClientOptions connecting = new SocketClientOptions { DrivenByPoll = true }.UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust });
        using var poll = new SocketPoll();
        using Socket client = Socket.StartConnect(listener.LocalEndPoint, connecting);
        poll.Add(client, SocketEvents.Connected | SocketEvents.Readable, "client");
        var loop = new EchoLoop(poll, listener);
        loop.RunUntil(() => asked.IsSet);
        Assert.Equal(SocketState.Connecting, client.State);
        answer.Set();
        loop.RunUntil(() => loop.IsConnected && loop.Server is not null);
        client.Dispose();
        loop.Server!.Dispose();
        listener.DisposeAsync().AsTask().Wait(Waiting.HangGuard);
    });

    /// <summary>Runs on a thread that is nobody's, so that a wrong thread shows.</summary>
    private static void OnOneThread(bool withPool, Action test)
    {
        ExceptionDispatchInfo? failure = null;
        using BlockedThreadPool? blocked = withPool ? null : new BlockedThreadPool();
        var thread = new Thread(() =>
        {
            try
            {
                test();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        Assert.True(thread.Join(Waiting.HangGuard), "It hangs.");
        failure?.Throw();
        Assert.NotEqual(false, blocked?.IsBlocked);
    }

    /// <summary>A server that echoes and a client, in one poll.</summary>
    private sealed class EchoLoop(SocketPoll poll, SocketListener listener)
    {
        private readonly SocketPollEvent[] _events = new SocketPollEvent[8];
        private readonly byte[] _buffer = new byte[2000];

        public Socket? Server { get; private set; }

        public bool IsConnected { get; private set; }

        public void RunUntil(Func<bool> condition)
        {
            long start = Environment.TickCount64;
            while (!condition())
            {
                Assert.True(Environment.TickCount64 - start < Waiting.HangGuard.TotalMilliseconds, "Nothing comes of it.");
                if (Server is null && listener.TryAccept(out Socket? accepted))
                {
                    Server = accepted;
                    poll.Add(accepted, SocketEvents.Readable, "server");
                }

                int count = poll.Wait(_events, TimeSpan.FromMilliseconds(1));
                foreach (SocketPollEvent found in _events.AsSpan(0, count))
                {
                    if (found.Failure is { } failure)
                        throw failure;
                    IsConnected |= (found.Events & SocketEvents.Connected) != 0;
                    if (found.UserData is "server")
                    {
                        while (Server!.TryReceive(_buffer, out SocketReceiveResult result) && !result.IsEnd)
                            Server.TrySend(_buffer.AsSpan(0, result.Count), out _);
                    }
                }

                if (Server is not null)
                    ((Sockets.Engine.IPollable)listener).Progress();
            }
        }
    }
}
