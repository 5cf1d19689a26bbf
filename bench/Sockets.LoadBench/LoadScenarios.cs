using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace Sockets.LoadBench;

/// <summary>The scenarios of this build in the order they run in, and how long each may take.</summary>
internal static class LoadScenarios
{
    /// <summary>
    /// Seconds of each scenario unless the command line says otherwise. All of them together stay below ten minutes, with two
    /// minutes left for starting, building peers, warming up, and operations that cannot be made shorter.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, double> Budgets = new Dictionary<string, double>
    {
        ["records"] = 50,
        ["handshakes"] = 40,
        ["dtls"] = 70,
        ["plain"] = 65,
        ["tls"] = 80,
        ["poll"] = 30,
        ["sendfile"] = 40,
        ["memory"] = 70,
    };

    private const double OtherSeconds = 30;

    /// <summary>Makes one of each that was built in: a folder that a flag leaves out takes its scenario along.</summary>
    public static IReadOnlyList<ILoadScenario> Create()
    {
        string[] order = [.. Budgets.Keys];
        return [.. BuiltIn<ILoadScenario>().OrderBy(scenario => Array.IndexOf(order, scenario.Name))];
    }

    /// <summary>How long a scenario takes unless the command line says otherwise.</summary>
    public static double SecondsOf(ILoadScenario scenario) => Budgets.GetValueOrDefault(scenario.Name, OtherSeconds);

    /// <summary>One of each class of this assembly that implements the interface.</summary>
    public static IEnumerable<T> BuiltIn<T>() => Assembly.GetExecutingAssembly().GetTypes()
        .Where(static type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(T)))
        .OrderBy(static type => type.FullName, StringComparer.Ordinal)
        .Select(static type => (T)Activator.CreateInstance(type, nonPublic: true)!);
}
