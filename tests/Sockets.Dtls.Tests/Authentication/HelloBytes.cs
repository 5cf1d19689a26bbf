namespace Sockets.Dtls.Tests.Authentication;

/// <summary>ClientHellos that say more than ours do.</summary>
internal static class HelloBytes
{
    /// <summary>A ClientHello's body with one more extension at the end.</summary>
    public static byte[] Append(byte[] hello, byte[] extension)
    {
        // legacy_version, random, legacy_session_id and legacy_cookie, both empty, then suites and compression
        int suites = (hello[36] << 8) | hello[37];
        int at = 38 + suites + 2;
        int length = ((hello[at] << 8) | hello[at + 1]) + extension.Length;
        return [.. hello[..at], (byte)(length >> 8), (byte)length, .. hello[(at + 2)..], .. extension];
    }
}
