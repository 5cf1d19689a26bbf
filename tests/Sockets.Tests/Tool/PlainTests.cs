using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sockets.Tests.Tool;

/// <summary><c>sockets serve</c> and <c>sockets connect</c> over TCP, Unix sockets and UDP.</summary>
public class PlainTests
{
    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("[::1]:0")]
    public async Task A_file_comes_back_over_tcp(string address)
    {
        using var folder = new TemporaryFolder();
        int length = folder.WriteRandom("file", 300_001).Length;
        await using ToolRun server = ToolRun.Start("serve", "--tcp", address, "--once", "2");
        string peer = await server.AddressAsync();
        ToolRun client = await ToolRun.CompleteAsync("connect", peer, "--tcp", "--send", folder["file"]);
        Assert.Empty(client.Errors);
        Assert.Equal([$"connected peer={peer}", $"sent {length} bytes, received {length} bytes back, identical"], client.Output);
        client = await ToolRun.CompleteAsync("connect", peer, "--tcp", "--send-file", folder["file"]);
        Assert.Equal($"sent {length} bytes, received {length} bytes back, identical (by sendfile)", client.Output[^1]);
        Assert.Equal(0, await server.Exit.WaitAsync(Waiting.HangGuard));
        Assert.Equal(2, server.Output.Count(line => line.EndsWith($" bytes={length} reason=end", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Standard_input_and_output_are_copied_as_bytes()
    {
        byte[] content = new byte[200_003];
        new Random(5).NextBytes(content);
        await using ToolRun server = ToolRun.Start("serve", "--tcp", "127.0.0.1:0");
        string peer = await server.AddressAsync();
        await using ToolRun client = ToolRun.Start("connect", peer, "--tcp", "--verbose");
        await client.PipeAsync(content);
        Assert.Equal(0, await client.Exit.WaitAsync(Waiting.HangGuard));
        Assert.Empty(client.Output);
        Assert.Equal(content, client.OutputBytes);
        Assert.Equal([$"connected peer={peer}", $"closed peer={peer} bytes={content.Length} reason=end"], client.Errors);
    }

    [Fact]
    public async Task A_file_comes_back_over_a_Unix_socket()
    {
        using var folder = new TemporaryFolder();
        int length = folder.WriteRandom("file", 300_001).Length;
        await using ToolRun server = ToolRun.Start("serve", "--unix", folder["socket"]);
        Assert.Equal(folder["socket"], await server.AddressAsync());
        ToolRun client = await ToolRun.CompleteAsync("connect", "--unix", folder["socket"], "--send", folder["file"]);
        Assert.Empty(client.Errors);
        Assert.Equal($"sent {length} bytes, received {length} bytes back, identical", client.Output[^1]);
        Assert.Equal($"closed peer=unnamed bytes={length} reason=end", await server.LineAsync("closed "));
    }

    [Fact]
    public async Task A_file_comes_back_in_datagrams_and_silence_is_the_end()
    {
        using var folder = new TemporaryFolder();
        int length = folder.WriteRandom("file", 20_001).Length;
        await using ToolRun server = ToolRun.Start("serve", "--udp", "127.0.0.1:0", "--idle", "5", "--once", "1");
        ToolRun client = await ToolRun.CompleteAsync("connect", await server.AddressAsync(), "--udp", "--send", folder["file"]);
        Assert.Empty(client.Errors);
        Assert.StartsWith($"sent {length} bytes, received {length} bytes back, identical", client.Output[^1], StringComparison.Ordinal);
        Assert.EndsWith(" reason=idle", await server.LineAsync("closed peer=127.0.0.1:"), StringComparison.Ordinal);
        Assert.Equal(0, await server.Exit.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public async Task What_comes_is_printed_and_a_silent_server_has_ended()
    {
        await using ToolRun server = ToolRun.Start("serve", "--udp", "127.0.0.1:0");
        await using ToolRun client = ToolRun.Start("connect", await server.AddressAsync(), "--udp", "--linger", "0.1");
        await client.TypeAsync("hello");
        await client.BytesAsync("hello\n".Length);
        await client.PipeAsync([]);
        Assert.Equal(0, await client.Exit.WaitAsync(Waiting.HangGuard));
        Assert.Equal("hello\n"u8.ToArray(), client.OutputBytes);
    }

    [Fact]
    public async Task The_client_behind_a_trusted_proxy_is_named()
    {
        await using ToolRun server = ToolRun.Start("serve", "--tcp", "127.0.0.1:0", "--proxy-from", "127.0.0.0/8");
        await using ToolRun client = ToolRun.Start("connect", await server.AddressAsync(), "--tcp");
        await client.PipeAsync(Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.7 192.0.2.8 56324 443\r\nhello"));
        Assert.Equal(0, await client.Exit.WaitAsync(Waiting.HangGuard));
        Assert.Equal("hello"u8.ToArray(), client.OutputBytes);
        Assert.EndsWith(" proxied=192.0.2.7:56324", await server.LineAsync("connected "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_echo_that_differs_is_an_error()
    {
        using var folder = new TemporaryFolder();
        folder.WriteRandom("file", 1000);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = Task.Run(async () =>
        {
            using SystemSocket peer = await listener.AcceptSocketAsync();
            await peer.SendAsync(new byte[1000]);
            while (await peer.ReceiveAsync(new byte[2000]) > 0)
            {
            }
        });
        await ToolRun.FailsAsync("sent back 1000 bytes that differ from those sent", "connect", listener.LocalEndpoint.ToString()!, "--tcp", "--send", folder["file"]);
        await serving.WaitAsync(Waiting.HangGuard);
    }

    [Fact]
    public async Task A_peer_that_ends_early_is_an_error()
    {
        using var folder = new TemporaryFolder();
        folder.WriteRandom("file", 1000);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = Task.Run(async () =>
        {
            using SystemSocket peer = await listener.AcceptSocketAsync();
            for (int received = 0; received < 1000;)
                received += await peer.ReceiveAsync(new byte[2000]);
        });
        await ToolRun.FailsAsync("closed the connection before it had echoed everything", "connect", listener.LocalEndpoint.ToString()!, "--tcp", "--send", folder["file"]);
        await serving.WaitAsync(Waiting.HangGuard);
    }

    [Fact]
    public async Task Nobody_listening()
    {
        using var taken = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, and not listening
        await ToolRun.FailsAsync("refused", "connect", taken.LocalEndPoint!.ToString()!, "--tcp");
    }

    [Fact]
    public async Task A_port_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await ToolRun.FailsAsync("Stop the program that has it, or choose another port", "serve", "--tcp", listener.LocalEndpoint.ToString()!);
    }

    [Theory]
    [InlineData("--tcp and --udp exclude each other", "connect", "host:1", "--tcp", "--udp")]
    [InlineData("HOST:PORT is needed", "connect", "--tcp")]
    [InlineData("leave out HOST:PORT", "connect", "host:1", "--unix", "path")]
    [InlineData("There is no Unix socket '/nowhere/at/all'", "connect", "--unix", "/nowhere/at/all")]
    [InlineData("--send-file means nothing with --udp", "connect", "host:1", "--udp", "--send-file", "f")]
    [InlineData("--send and --send-file exclude each other", "connect", "host:1", "--tcp", "--send", "f", "--send-file", "f")]
    [InlineData("--repeat needs --send FILE", "connect", "host:1", "--tcp", "--repeat", "2")]
    [InlineData("--repeat needs a number from 1", "connect", "host:1", "--tcp", "--repeat", "0")]
    [InlineData("'no-such-file', does not exist", "connect", "host:1", "--tcp", "--send", "no-such-file")]
    [InlineData("Port 0 is nobody's", "connect", "host:0", "--tcp")]
    [InlineData("--proxy-from 'here' is not a network", "serve", "--tcp", "127.0.0.1:0", "--proxy-from", "here")]
    [InlineData("--proxy-from means nothing with --udp", "serve", "--udp", "127.0.0.1:0", "--proxy-from", "::1/128")]
    [InlineData("--linger means nothing with --tcp", "connect", "host:1", "--tcp", "--linger", "1")]
    [InlineData("--linger needs a number of seconds from 0", "connect", "host:1", "--udp", "--linger", "-1")]
    [InlineData("--send and --linger exclude each other", "connect", "host:1", "--udp", "--linger", "1", "--send", "f")]
    [InlineData("--idle needs a number of seconds", "serve", "--udp", "127.0.0.1:0", "--idle", "0")]
    [InlineData("not an address of this machine", "serve", "--tcp", "192.0.2.1:4433")]
    [InlineData("no-such-host.invalid", "connect", "no-such-host.invalid:1", "--tcp")]
    public Task Bad_input_is_named(string expected, params string[] arguments) => ToolRun.FailsAsync(expected, arguments);
}
