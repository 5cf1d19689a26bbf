using System.CommandLine;

namespace Sockets.Tool.Options;

/// <summary>--record-size-limit: the largest record to take (RFC 8449).</summary>
internal static class RecordSizeOption
{
    private const int Smallest = 64;
    private const int Largest = (1 << 14) + 1;

    public static Option<int> Create()
    {
        var option = new Option<int>("--record-size-limit")
        {
            Description = "Largest record to take, in bytes of content, type and padding: what the peer is asked to keep to.",
            HelpName = "BYTES",
            DefaultValueFactory = _ => Largest,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int size) && size is < Smallest or > Largest)
                result.AddError($"--record-size-limit {size} is out of range: {Smallest} to {Largest} bytes.");
        });
        return option;
    }
}
