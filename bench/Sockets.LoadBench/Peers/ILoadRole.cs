namespace Sockets.LoadBench.Peers;

/// <summary>
/// What this program does in a process of its own when a scenario needs one: <c>--role NAME ARGUMENT…</c>. Found by its
/// type. It talks to the scenario in lines, see <see cref="ChildPeer"/>.
/// </summary>
internal interface ILoadRole
{
    /// <summary>What selects it.</summary>
    string Name { get; }

    /// <summary>Runs until standard input ends, and returns the exit code.</summary>
    int Run(string[] arguments);
}
