using System;

namespace Sockets.Dtls;

/// <content>Keys for SRTP (RFC 5764).</content>
public sealed partial class DtlsConnection
{
    /// <summary>
    /// The SRTP profile that was agreed on; None when there is none: an application that cannot do without one closes the
    /// connection then.
    /// </summary>
    public SrtpProtectionProfile SrtpProfile { get; private set; }

    /// <summary>Derives the keys of <see cref="SrtpProfile"/> (RFC 5764 §4.2). The caller disposes them.</summary>
    /// <exception cref="InvalidOperationException">No profile was agreed on, the handshake is not done, or the connection is over.</exception>
    public SrtpKeys ExportSrtpKeys()
    {
        if (SrtpProfile == SrtpProtectionProfile.None)
            throw new InvalidOperationException("No SRTP profile was agreed on: see DtlsConfig.SrtpProfiles.");
        var keys = new SrtpKeys(SrtpProfile);
        try
        {
            ExportKeyingMaterial(SrtpKeys.Label, default, keys.Material);
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }
}
