using System;
using System.Runtime.CompilerServices;
using Sockets.Dtls;

namespace Sockets;

/// <content>Keys for SRTP (RFC 5764).</content>
public sealed partial class DtlsChannel
{
    /// <summary>The SRTP profile that was agreed on (<see cref="DtlsOptions.SrtpProfiles"/>); None when there is none.</summary>
    public SrtpProtectionProfile SrtpProfile { get; private set; }

    /// <summary>Derives the keys of <see cref="SrtpProfile"/>. The caller disposes them.</summary>
    /// <exception cref="InvalidOperationException">No profile was agreed on.</exception>
    /// <exception cref="DtlsException">The connection is over.</exception>
    public SrtpKeys ExportSrtpKeys()
    {
        var keys = new StrongBox<SrtpKeys?>();
        return _driver.Inspect(this, keys, static (connection, keys) => keys.Value = connection.ExportSrtpKeys())
            ? keys.Value!
            : throw CreateOverException();
    }
}
