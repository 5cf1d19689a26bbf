namespace Sockets.Dtls;

/// <summary>Whoever drives a connection together with others and has to know which of them had input.</summary>
internal interface IConnectionOwner
{
    /// <summary>The connection may have datagrams, events or another deadline.</summary>
    void OnTouched(DtlsConnection connection);

    /// <summary>The connection, which was quiet or new, seals or opens records.</summary>
    void OnWarmed(DtlsConnection connection, MonotonicTime now);
}
