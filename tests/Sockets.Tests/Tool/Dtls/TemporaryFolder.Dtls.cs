namespace Sockets.Tests.Tool;

internal sealed partial class TemporaryFolder
{
    /// <summary>The options of a server that uses these certificates, on a port the system chooses.</summary>
    public string[] Serve(params string[] more) => ["serve", "--dtls", "127.0.0.1:0", "--cert", this["server.pem"], "--key", this["server.key"], .. more];

    public string[] Connect(string server, params string[] more) => ["connect", server, "--ca", this["ca.pem"], .. more];
}
