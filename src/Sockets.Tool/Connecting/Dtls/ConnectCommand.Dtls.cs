using System.Collections.Generic;

namespace Sockets.Tool.Connecting;

internal static partial class ConnectCommand
{
    static partial void AddDtls(List<TransportMode> modes, ConnectOptions options) => modes.Add(DtlsConnecting.CreateMode(options));
}
