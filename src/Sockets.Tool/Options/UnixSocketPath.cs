using System;
using System.Net.Sockets;

namespace Sockets.Tool.Options;

/// <summary>The path of a Unix socket, which the system limits to some hundred bytes.</summary>
internal static class UnixSocketPath
{
    public static UnixDomainSocketEndPoint ToEndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException exception)
        {
            throw new ToolException($"'{path}' cannot be the path of a Unix socket: it is empty, or longer than the system allows. Use a shorter one, or one relative to the current directory.", exception);
        }
    }
}
