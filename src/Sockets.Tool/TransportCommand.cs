using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Linq;

namespace Sockets.Tool;

/// <summary>A command that is done in one of several <see cref="TransportMode"/>s: exactly one, and with its own options only.</summary>
internal static class TransportCommand
{
    /// <summary>Adds the command to <paramref name="root"/>, unless this build has no mode for it.</summary>
    public static void AddTo(RootCommand root, Command command, IReadOnlyList<TransportMode> modes)
    {
        if (modes.Count == 0)
            return;
        Option[] common = [.. command.Options];
        foreach (Option option in modes.SelectMany(mode => mode.Options.Prepend(mode.Selector)).Distinct())
            command.Options.Add(option);
        command.Validators.Add(result => Check(result, modes, common));
        command.SetAction((result, cancellationToken) => Choose(result.CommandResult, modes)!.RunAsync(result, cancellationToken));
        root.Subcommands.Add(command);
    }

    private static void Check(CommandResult result, IReadOnlyList<TransportMode> modes, Option[] common)
    {
        TransportMode[] chosen = [.. modes.Where(mode => IsGiven(result, mode.Selector))];
        if (chosen.Length > 1)
        {
            result.AddError($"{string.Join(" and ", chosen.Select(mode => mode.Selector.Name))} exclude each other.");
            return;
        }

        if (Choose(result, modes) is not { } mode)
        {
            result.AddError($"One of these is needed: {string.Join(", ", modes.Select(mode => mode.Selector.Name))}.");
            return;
        }

        bool isDispensed = mode.InPlaceOfRequired is { } instead && IsGiven(result, instead) && !mode.Required.Any(option => IsGiven(result, option));
        foreach (Option option in mode.Required.Where(option => !isDispensed && !IsGiven(result, option)))
            result.AddError($"{mode.Selector.Name} needs {option.Name} {option.HelpName}{(mode.InPlaceOfRequired is { } other ? $", or {other.Name} {other.HelpName} without a certificate" : "")}.");
        foreach (OptionConflict conflict in mode.Conflicts)
        {
            if (IsGiven(result, conflict.One) && IsGiven(result, conflict.Other))
                result.AddError($"{conflict.One.Name} and {conflict.Other.Name} exclude each other: {conflict.Because}.");
        }

        foreach (Option option in result.Command.Options.Where(option => IsGiven(result, option)))
        {
            if (option != mode.Selector && !common.Contains(option) && !mode.Options.Contains(option) && modes.Any(other => other.Options.Contains(option)))
                result.AddError($"{option.Name} means nothing with {mode.Selector.Name}.");
        }
    }

    private static TransportMode? Choose(CommandResult result, IReadOnlyList<TransportMode> modes) =>
        modes.FirstOrDefault(mode => IsGiven(result, mode.Selector)) ?? modes.FirstOrDefault(mode => mode.IsDefault);

    private static bool IsGiven(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };
}
