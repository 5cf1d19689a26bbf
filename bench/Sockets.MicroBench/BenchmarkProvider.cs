namespace Sockets.MicroBench;

/// <summary>The crypto providers by short names, as benchmark parameters.</summary>
public enum BenchmarkProvider
{
    OpenSsl,
    Bcl,
    Hardware,
    Native,
}
