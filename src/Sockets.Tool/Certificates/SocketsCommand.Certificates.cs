using System.CommandLine;
using Sockets.Tool.Certificates;

namespace Sockets.Tool;

internal static partial class SocketsCommand
{
    static partial void AddCerts(RootCommand root, ToolConsole console) => root.Subcommands.Add(CertsCommand.Create(console));
}
