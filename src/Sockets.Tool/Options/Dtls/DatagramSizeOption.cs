using System.CommandLine;

namespace Sockets.Tool.Options;

/// <summary>--mtu: the largest datagram to send.</summary>
internal static class DatagramSizeOption
{
    private const int Smallest = 256;
    private const int Largest = 65_507;

    public static Option<int> Create()
    {
        var option = new Option<int>("--mtu")
        {
            Description = "Largest datagram to send, in bytes of UDP payload.",
            HelpName = "BYTES",
            DefaultValueFactory = _ => 1200,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int size) && size is < Smallest or > Largest)
                result.AddError($"--mtu {size} is out of range: {Smallest} to {Largest} bytes.");
        });
        return option;
    }
}
