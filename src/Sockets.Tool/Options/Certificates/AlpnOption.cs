using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text;

namespace Sockets.Tool.Options;

/// <summary>--alpn: application protocols.</summary>
internal static class AlpnOption
{
    private const int LongestProtocol = 255;

    public static Option<string[]> Create()
    {
        var option = new Option<string[]>("--alpn") { Description = "Application protocols (ALPN), the preferred one first.", HelpName = "NAME,..." };
        option.Validators.Add(static result =>
        {
            foreach (string name in result.Tokens.SelectMany(static token => token.Value.Split(',')))
            {
                if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > LongestProtocol)
                    result.AddError($"--alpn needs names of 1 to {LongestProtocol} bytes, separated by commas.");
            }
        });
        return option;
    }

    public static IEnumerable<string> Read(ParseResult result, Option<string[]> option) =>
        (result.GetValue(option) ?? []).SelectMany(static names => names.Split(','));
}
