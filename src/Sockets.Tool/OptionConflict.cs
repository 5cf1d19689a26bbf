using System.CommandLine;

namespace Sockets.Tool;

/// <summary>Two options that mean nothing together.</summary>
/// <param name="One">The one that holds.</param>
/// <param name="Other">The one that would be ignored.</param>
/// <param name="Because">Half a sentence for the user.</param>
internal sealed record OptionConflict(Option One, Option Other, string Because);
