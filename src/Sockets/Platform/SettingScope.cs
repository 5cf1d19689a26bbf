namespace Sockets.Platform;

/// <summary>Which sockets a setting has an effect on. Systems accept many a setting where it has none.</summary>
internal enum SettingScope
{
    /// <summary>All, Unix domain sockets included.</summary>
    Any,

    /// <summary>IPv4 and IPv6, streams and datagrams.</summary>
    Internet,

    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,
}
