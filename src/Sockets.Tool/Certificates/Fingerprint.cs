using System;

namespace Sockets.Tool.Certificates;

/// <summary>A SHA-256 fingerprint as people write it.</summary>
internal static class Fingerprint
{
    private const int Length = 32;

    /// <summary>Null when it is none.</summary>
    public static byte[]? TryParse(string text)
    {
        try
        {
            byte[] fingerprint = Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal));
            return fingerprint.Length == Length ? fingerprint : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
