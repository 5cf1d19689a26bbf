using System.CommandLine;
using System.Globalization;

namespace Sockets.Tool.Options;

/// <summary>--cid: the length of the connection ID that the other side puts into what it sends us.</summary>
internal static class ConnectionIdOption
{
    private const int Longest = 20;

    public static Option<int?> Create(string description)
    {
        var option = new Option<int?>("--cid")
        {
            Description = description,
            HelpName = "LENGTH",
            CustomParser = static result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= Longest)
                    return length;
                result.AddError($"--cid needs a length of 0 to {Longest} bytes, not '{result.Tokens[0].Value}'.");
                return null;
            },
        };
        return option;
    }
}
