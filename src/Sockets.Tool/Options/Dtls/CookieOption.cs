using System.CommandLine;
using System.Globalization;

namespace Sockets.Tool.Options;

/// <summary>--cookie: which clients must return a cookie.</summary>
internal static class CookieOption
{
    /// <summary>What <see cref="Create"/> gives for "always", and without a choice.</summary>
    public const int Always = 0;

    /// <summary>What <see cref="Create"/> gives for "never".</summary>
    public const int Never = int.MaxValue;

    /// <summary>The number of unfinished handshakes from which on clients are asked, or one of the above.</summary>
    public static Option<int> Create() => new("--cookie")
    {
        Description = "Whether clients must return a cookie before anything is kept for them: always, from so many unfinished handshakes on, or never while there is room for another. Default: always.",
        HelpName = "always|N|never",
        CustomParser = static result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "always":
                    return Always;
                case "never":
                    return Never;
                case var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threshold) && threshold is > Always and < Never:
                    return threshold;
                default:
                    result.AddError($"--cookie takes always, never, or a number of unfinished handshakes from 1, not '{result.Tokens[0].Value}'.");
                    return Always;
            }
        },
    };
}
