using Sockets.Tool.Demo;

namespace Sockets.Tests.Tool;

public class TlsDemoTests
{
    [Fact]
    public void The_file_goes_out_under_TLS_too() => Assert.Contains(DemoCommand.CreateWays(), way => way.Name == "TLS 1.3, SendFile");
}
