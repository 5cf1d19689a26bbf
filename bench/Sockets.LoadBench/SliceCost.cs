namespace Sockets.LoadBench;

/// <summary>What one operation of a slice cost.</summary>
/// <param name="Cpu">CPU nanoseconds.</param>
/// <param name="Wall">Nanoseconds of the wall clock.</param>
/// <param name="Allocated">Bytes.</param>
internal readonly record struct SliceCost(double Cpu, double Wall, double Allocated);
