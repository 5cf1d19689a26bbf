using Sockets.Tool;

return await SocketsCommand.RunAsync(args, ToolConsole.OfProcess());
