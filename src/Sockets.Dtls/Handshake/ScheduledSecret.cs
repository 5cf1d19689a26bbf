namespace Sockets.Dtls.Handshake;

/// <summary>The secrets of one handshake (RFC 8446 §7.1), each with its place in <see cref="KeySchedule"/>.</summary>
internal enum ScheduledSecret
{
    /// <summary>The handshake secret, then the master secret.</summary>
    Current,

    /// <summary>client_handshake_traffic_secret.</summary>
    ClientHandshake,

    /// <summary>server_handshake_traffic_secret.</summary>
    ServerHandshake,

    /// <summary>client_application_traffic_secret_0, once the server's Finished is in the transcript.</summary>
    ClientApplication,

    /// <summary>server_application_traffic_secret_0, likewise.</summary>
    ServerApplication,

    /// <summary>exporter_master_secret, likewise.</summary>
    Exporter,

    /// <summary>resumption_master_secret, once the client's Finished is in the transcript; only where tickets are wanted.</summary>
    Resumption,
}
