using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockets.Tests.Tls;

/// <summary>A client of TLS 1.3 that is OpenSSL alone, so that it can send what SslStream never does.</summary>
internal sealed class OpenSslClient : IDisposable
{
    private const string Library = "libssl.so.3";
    private const string Foundation = "libcrypto.so.3";

    private readonly SystemSocket _socket;
    private readonly IntPtr _context;
    private readonly IntPtr _ssl;
    private readonly IntPtr _incoming;
    private readonly IntPtr _outgoing;

    public OpenSslClient(SystemSocket socket)
    {
        _socket = socket;
        _context = SSL_CTX_new(TLS_client_method());
        _ssl = SSL_new(_context);
        _incoming = BIO_new(BIO_s_mem());
        _outgoing = BIO_new(BIO_s_mem());
        SSL_set_bio(_ssl, _incoming, _outgoing);
        SSL_set_connect_state(_ssl);
    }

    public static bool IsThere => OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Library, out _);

    public async Task HandshakeAsync()
    {
        byte[] buffer = new byte[16_384];
        while (SSL_do_handshake(_ssl) != 1)
        {
            await FlushAsync();
            int count = await _socket.ReceiveAsync(buffer);
            Assert.True(count > 0);
            Assert.Equal(count, BIO_write(_incoming, buffer, count));
        }

        await FlushAsync();
    }

    /// <summary>Key updates that ask for no answer: records that bring the application nothing.</summary>
    public async Task SendKeyUpdatesAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(1, SSL_key_update(_ssl, 0));
            Assert.Equal(1, SSL_do_handshake(_ssl));
        }

        await FlushAsync();
    }

    public async Task SendAsync(byte[] content)
    {
        Assert.Equal(content.Length, SSL_write(_ssl, content, content.Length));
        await FlushAsync();
    }

    public void Dispose()
    {
        SSL_free(_ssl);
        SSL_CTX_free(_context);
        _socket.Dispose();
    }

    private async Task FlushAsync()
    {
        byte[] buffer = new byte[65_536];
        for (int count; (count = BIO_read(_outgoing, buffer, buffer.Length)) > 0;)
        {
            for (int sent = 0; sent < count;)
                sent += await _socket.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None);
        }
    }

    [DllImport(Library)]
    private static extern IntPtr TLS_client_method();

    [DllImport(Library)]
    private static extern IntPtr SSL_CTX_new(IntPtr method);

    [DllImport(Library)]
    private static extern void SSL_CTX_free(IntPtr context);

    [DllImport(Library)]
    private static extern IntPtr SSL_new(IntPtr context);

    [DllImport(Library)]
    private static extern void SSL_free(IntPtr ssl);

    [DllImport(Library)]
    private static extern void SSL_set_bio(IntPtr ssl, IntPtr incoming, IntPtr outgoing);

    [DllImport(Library)]
    private static extern void SSL_set_connect_state(IntPtr ssl);

    [DllImport(Library)]
    private static extern int SSL_do_handshake(IntPtr ssl);

    [DllImport(Library)]
    private static extern int SSL_key_update(IntPtr ssl, int type);

    [DllImport(Library)]
    private static extern int SSL_write(IntPtr ssl, byte[] content, int length);

    [DllImport(Foundation)]
    private static extern IntPtr BIO_s_mem();

    [DllImport(Foundation)]
    private static extern IntPtr BIO_new(IntPtr method);

    [DllImport(Foundation)]
    private static extern int BIO_write(IntPtr bio, byte[] content, int length);

    [DllImport(Foundation)]
    private static extern int BIO_read(IntPtr bio, byte[] content, int length);
}
