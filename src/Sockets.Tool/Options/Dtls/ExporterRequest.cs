using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;

namespace Sockets.Tool.Options;

/// <summary>LABEL or LABEL:LENGTH: keying material to derive and print.</summary>
/// <param name="Label">The exporter label.</param>
/// <param name="Length">Bytes.</param>
internal sealed record ExporterRequest(string Label, int Length)
{
    private const int DefaultLength = 32;
    private const int MaxLength = 255 * 32;
    private const int MaxLabelLength = 249;

    public static Option<ExporterRequest?> CreateOption() => new("--export")
    {
        Description = "Derive keying material under this label (RFC 8446 §7.5), 32 bytes or as many as are said, and print it in hex: the same at both ends.",
        HelpName = "LABEL[:LENGTH]",
        CustomParser = Parse,
    };

    public string Derive(DtlsChannel channel)
    {
        byte[] secret = new byte[Length];
        channel.ExportKeyingMaterial(Label, default, secret);
        return Convert.ToHexStringLower(secret);
    }

    private static ExporterRequest? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        int colon = text.LastIndexOf(':');
        if (colon < 0 && text.Length is > 0 and <= MaxLabelLength && Ascii.IsValid(text))
            return new ExporterRequest(text, DefaultLength);
        if (colon is > 0 and <= MaxLabelLength
            && Ascii.IsValid(text)
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length is > 0 and <= MaxLength)
            return new ExporterRequest(text[..colon], length);
        result.AddError($"'{text}' is not LABEL:LENGTH (such as EXPORTER-test:32; the length may be left out).");
        return null;
    }
}
