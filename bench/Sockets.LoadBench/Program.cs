using System;
using System.Linq;
using Sockets.LoadBench;
using Sockets.LoadBench.Peers;

if (args is ["--role", var name, .. var arguments])
{
    ILoadRole? role = LoadScenarios.BuiltIn<ILoadRole>().FirstOrDefault(role => role.Name == name);
    if (role is not null)
        return role.Run(arguments);
    Console.Error.WriteLine($"There is no role '{name}'.");
    return LoadCommand.Misused;
}

return LoadCommand.Run(args, LoadScenarios.Create(), new LoadConsole(Console.Out, Console.Error, !Console.IsErrorRedirected), ScenarioProcess.Run);
