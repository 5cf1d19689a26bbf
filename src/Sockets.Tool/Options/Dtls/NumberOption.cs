using System.CommandLine;
using System.Globalization;

namespace Sockets.Tool.Options;

/// <summary>Options that take a number from 0, or some other smallest one, to a limit.</summary>
internal static class NumberOption
{
    public static Option<int> Create(string name, string helpName, string what, int largest, string description, int smallest = 0, int preset = 0) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => preset,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= smallest && number <= largest)
                return number;
            result.AddError($"{name} needs {smallest} to {largest} {what}, not '{result.Tokens[0].Value}'.");
            return 0;
        },
    };
}
