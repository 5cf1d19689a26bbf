using System.Collections.Generic;
using Sockets.Tool.Connecting;

namespace Sockets.Tool.Diagnosing;

internal static partial class DiagnoseCommand
{
    static partial void AddDtls(List<TransportMode> modes, ConnectOptions options) => modes.Add(DtlsDiagnosis.CreateMode(options));
}
