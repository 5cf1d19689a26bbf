using System;

namespace Sockets.Engine;

/// <summary>
/// Headers of the PROXY protocol, versions 1 and 2, as HAProxy's specification gives them. A pure function of the bytes: it is called
/// again with more when some are missing, and says exactly where the header ends, so that no byte behind it is lost. Nothing
/// is allocated before a header has been found good.
/// </summary>
internal static partial class ProxyHeaderParser
{
    /// <param name="data">The first bytes of a connection.</param>
    /// <param name="versions">What is understood.</param>
    /// <param name="maxLength">The longest header of version 2.</param>
    /// <param name="length">Of a header that is done. When more is needed: what the header has at least, which is more than there is.</param>
    /// <param name="info">The header, when it is done.</param>
    /// <param name="problem">What is wrong, when it is invalid.</param>
    public static ProxyHeaderStatus Parse(
        ReadOnlySpan<byte> data,
        SocketProxyVersions versions,
        int maxLength,
        out int length,
        out SocketProxyInfo? info,
        out ProxyHeaderProblem problem)
    {
        length = 0;
        info = null;
        problem = ProxyHeaderProblem.None;
        bool isFirst = IsBeginning(data, Signature1);
        bool isSecond = IsBeginning(data, Signature2);
        if (!isFirst && !isSecond)
            problem = ProxyHeaderProblem.NotAHeader;
        else if (!((isFirst && (versions & SocketProxyVersions.Version1) != 0) || (isSecond && (versions & SocketProxyVersions.Version2) != 0)))
            problem = ProxyHeaderProblem.VersionRefused;
        else if (data.IsEmpty)
            length = (versions & SocketProxyVersions.Version1) != 0 ? MinLineLength : FixedLength;
        else
            problem = isFirst ? ParseLine(data, out length, out info) : ParseBinary(data, maxLength, out length, out info);
        if (problem != ProxyHeaderProblem.None)
        {
            length = 0;
            return ProxyHeaderStatus.Invalid;
        }

        return info is null ? ProxyHeaderStatus.NeedMore : ProxyHeaderStatus.Done;
    }

    /// <summary>What is wrong, as the end of a sentence.</summary>
    public static string Describe(ProxyHeaderProblem problem) => problem switch
    {
        ProxyHeaderProblem.NotAHeader => "does not begin with a PROXY header",
        ProxyHeaderProblem.VersionRefused => "uses a version of the PROXY protocol that is not allowed here",
        ProxyHeaderProblem.TooLong => "has a PROXY header that is too long",
        ProxyHeaderProblem.BadLine => "has a malformed PROXY line",
        ProxyHeaderProblem.BadCommand => "has a PROXY header with an unknown version or command",
        ProxyHeaderProblem.BadFamily => "has a PROXY header with an unknown address family or transport",
        ProxyHeaderProblem.Datagram => "has a PROXY header for datagrams",
        ProxyHeaderProblem.BadLength => "has a PROXY header too short for its addresses",
        ProxyHeaderProblem.BadTlv => "has a PROXY header with malformed fields",
        ProxyHeaderProblem.BadChecksum => "has a PROXY header with a wrong checksum",
        _ => "is in order",
    };

    private static bool IsBeginning(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        int count = Math.Min(data.Length, signature.Length);
        return data[..count].SequenceEqual(signature[..count]);
    }
}
