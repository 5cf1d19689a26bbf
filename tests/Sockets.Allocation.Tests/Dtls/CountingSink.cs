using Sockets.Dtls;

namespace Sockets.Allocation.Tests;

/// <summary>Counts records and their bytes.</summary>
internal struct CountingSink : IDtlsSink
{
    public long Records { get; private set; }

    public long Bytes { get; private set; }

    public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data)
    {
        Records++;
        Bytes += data.Length;
    }
}
