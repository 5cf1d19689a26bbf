using System.CommandLine;
using Sockets.Tool.Demo;

namespace Sockets.Tool;

internal static partial class SocketsCommand
{
    static partial void AddDemo(RootCommand root, ToolConsole console) => root.Subcommands.Add(DemoCommand.Create(console));
}
