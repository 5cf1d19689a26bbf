using System.CommandLine;
using System.Globalization;

namespace Sockets.Tool.Options;

/// <summary>Options that take a number from 0 to a limit.</summary>
internal static class NumberOption
{
    public static Option<int> Create(string name, string helpName, string what, int largest, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= largest)
                return number;
            result.AddError($"{name} needs 0 to {largest} {what}, not '{result.Tokens[0].Value}'.");
            return 0;
        },
    };
}
