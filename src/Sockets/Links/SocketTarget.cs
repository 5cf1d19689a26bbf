using System.Globalization;
using System.Net;

namespace Sockets.Links;

/// <summary>Where to: a name with a port, or an end point.</summary>
/// <param name="Host">DNS name or IP address; null when there is only an end point.</param>
/// <param name="Port">The port; 0 for Unix sockets.</param>
/// <param name="EndPoint">Set when nothing has to be resolved.</param>
internal readonly record struct SocketTarget(string? Host, int Port, EndPoint? EndPoint)
{
    public override string ToString() => EndPoint?.ToString() ?? string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
