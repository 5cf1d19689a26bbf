using System.CommandLine;
using System.Globalization;

namespace Sockets.Tool.Options;

/// <summary>Options that take a time.</summary>
internal static class SecondsOption
{
    private const int Longest = 86_400;

    /// <param name="name">The option.</param>
    /// <param name="preset">What holds without it.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="isZeroAllowed">Whether no time at all means something.</param>
    public static Option<double> Create(string name, double preset, string description, bool isZeroAllowed = false)
    {
        var option = new Option<double>(name) { Description = description, HelpName = "SECONDS", DefaultValueFactory = _ => preset };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out double seconds) && !IsAllowed(seconds, isZeroAllowed))
                result.AddError(Demand(name, isZeroAllowed));
        });
        return option;
    }

    /// <summary>As <see cref="Create"/>, where nothing holds without it.</summary>
    public static Option<double?> CreateOptional(string name, string description)
    {
        var option = new Option<double?>(name) { Description = description, HelpName = "SECONDS" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out double seconds) && !IsAllowed(seconds, isZeroAllowed: false))
                result.AddError(Demand(name, isZeroAllowed: false));
        });
        return option;
    }

    private static bool IsAllowed(double seconds, bool isZeroAllowed) => seconds <= Longest && (isZeroAllowed ? seconds >= 0 : seconds > 0); // not a number: neither

    private static string Demand(string name, bool isZeroAllowed) =>
        isZeroAllowed ? $"{name} needs a number of seconds from 0 to {Longest}." : $"{name} needs a number of seconds above 0, up to {Longest}.";
}
