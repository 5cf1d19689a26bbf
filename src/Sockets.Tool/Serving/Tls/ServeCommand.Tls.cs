using System.Collections.Generic;

namespace Sockets.Tool.Serving;

internal static partial class ServeCommand
{
    static partial void AddTls(List<TransportMode> modes, ServeOptions options) => modes.Add(TlsServing.CreateMode(options));
}
