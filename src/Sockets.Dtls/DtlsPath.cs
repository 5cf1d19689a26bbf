namespace Sockets.Dtls;

/// <summary>Where a datagram came from and where it arrived: cookies and amplification limits hang on it.</summary>
/// <param name="Remote">The peer's address.</param>
/// <param name="Local">Our address; may be left unspecified when the socket has only one.</param>
public readonly record struct DtlsPath(DtlsAddress Remote, DtlsAddress Local = default)
{
    /// <summary>Remote and local address as text.</summary>
    public override string ToString() => Local.IsSpecified ? $"{Remote} -> {Local}" : Remote.ToString();
}
