using System;
using System.Globalization;
using System.Linq;
using Sockets.LoadBench.Remote;

namespace Sockets.LoadBench.Streams;

/// <summary>Makes a <see cref="StreamWork"/>: contender, task, style, size, operations of a slice, file.</summary>
internal sealed class StreamRemoteWork : IRemoteWork
{
    public string Name => "stream";

    public LoadWork Create(string[] arguments) => new StreamWork(
        LoadScenarios.BuiltIn<IStreamContender>().First(contender => contender.Name == arguments[0]),
        Enum.Parse<StreamTask>(arguments[1]),
        Enum.Parse<StreamStyle>(arguments[2]),
        int.Parse(arguments[3], CultureInfo.InvariantCulture),
        int.Parse(arguments[4], CultureInfo.InvariantCulture),
        arguments.ElementAtOrDefault(5));
}
