namespace Sockets.Tests.Tool;

internal sealed partial class TemporaryFolder
{
    /// <summary>The options of a TLS server that uses these certificates, on a port the system chooses.</summary>
    public string[] ServeTls(params string[] more) => ["serve", "--tls", "127.0.0.1:0", "--cert", this["server.pem"], "--key", this["server.key"], .. more];

    public string[] ConnectTls(string server, params string[] more) => ["connect", server, "--tls", "--ca", this["ca.pem"], "--name", "localhost", .. more];
}
