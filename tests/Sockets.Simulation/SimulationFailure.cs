namespace Sockets.Simulation;

/// <summary>A property that did not hold.</summary>
internal sealed class SimulationFailure(string message) : Exception(message);
