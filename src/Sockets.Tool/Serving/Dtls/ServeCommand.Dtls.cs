using System.Collections.Generic;

namespace Sockets.Tool.Serving;

internal static partial class ServeCommand
{
    static partial void AddDtls(List<TransportMode> modes, ServeOptions options) => modes.Add(DtlsServing.CreateMode(options));
}
