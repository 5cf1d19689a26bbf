using System.Collections.Generic;

namespace Sockets.Tool.Connecting;

internal static partial class ConnectCommand
{
    static partial void AddTls(List<TransportMode> modes, ConnectOptions options) => modes.Add(TlsConnecting.CreateMode(options));
}
