using System.CommandLine;
using System.Globalization;
using Sockets.Dtls;

namespace Sockets.Tool.Options;

/// <summary>--record-padding: how much records are padded.</summary>
internal static class PaddingOption
{
    private const int Largest = 1 << 14;

    public static Option<DtlsPadding> Create() => new("--record-padding")
    {
        Description = "Pad what is sent to a multiple of so many bytes, or to all that fits (max), so that lengths tell less.",
        HelpName = "BYTES|max",
        CustomParser = static result =>
        {
            string text = result.Tokens[0].Value;
            if (text == "max")
                return DtlsPadding.ToMaximum;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes) && bytes is >= 2 and <= Largest)
                return DtlsPadding.ToMultipleOf(bytes);
            result.AddError($"--record-padding needs 2 to {Largest} bytes, or max, not '{text}'.");
            return default;
        },
    };
}
