namespace Sockets.Tests;

/// <summary>Which of a socket's three kinds of calls a program uses.</summary>
public enum DatagramFace
{
    Try,
    Blocking,
    Async,
}
