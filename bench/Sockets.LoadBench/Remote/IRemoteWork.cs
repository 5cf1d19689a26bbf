namespace Sockets.LoadBench.Remote;

/// <summary>Makes a <see cref="LoadWork"/> in a process of its own: see <see cref="RemoteProcess"/>. Found by its type.</summary>
internal interface IRemoteWork
{
    /// <summary>What selects it.</summary>
    string Name { get; }

    /// <summary>Makes it.</summary>
    /// <param name="arguments">What the scenario has given to <see cref="RemoteWork"/>.</param>
    LoadWork Create(string[] arguments);
}
