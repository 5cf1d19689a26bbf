namespace Sockets.Simulation;

/// <summary>Tests that measure the process's memory run alone.</summary>
[CollectionDefinition(nameof(MemoryMeasuring), DisableParallelization = true)]
public sealed class MemoryMeasuring;
