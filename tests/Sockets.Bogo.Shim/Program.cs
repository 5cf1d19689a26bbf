using System;
using System.IO;
using System.Net.Sockets;
using Sockets.Dtls;

namespace Sockets.Bogo.Shim;

/// <summary>
/// Puts the engine behind the protocol of BoringSSL's test runner: one process is one test. Ends with 0 when every
/// connection went as the flags say (stderr stays empty), 89 when a flag asks for what the library lacks, else 1 and
/// one line on stderr.
/// </summary>
internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int Unimplemented = 89;

    private static int Main(string[] args)
    {
        if (Array.IndexOf(args, "-is-handshaker-supported") >= 0)
        {
            Console.Out.Write("No");
            return Success;
        }

        try
        {
            ShimOptions first = FlagParser.Parse(args, isResumption: false);
            ShimOptions later = FlagParser.Parse(args, isResumption: true);
            var clock = new ShimClock();
            using var sessions = new SessionKeeper(clock);
            for (int i = 0; i <= first.ResumeCount; i++)
                Connect(i == 0 ? first : later, clock, sessions, mustResume: i > 0 && !later.ExpectSessionMiss);
            return Success;
        }
        catch (UnimplementedException missing)
        {
            Console.Out.WriteLine($"unimplemented: {missing.Message}");
            return Unimplemented;
        }
        catch (Exception failure) when (failure is ShimFailureException or IOException or SocketException or ArgumentException)
        {
            Console.Error.WriteLine(failure.Message.ReplaceLineEndings(" "));
            return Failure;
        }
    }

    private static void Connect(ShimOptions options, ShimClock clock, SessionKeeper sessions, bool mustResume)
    {
        DtlsConfig config = ConfigBuilder.Build(options, sessions);
        using RunnerChannel channel = RunnerChannel.Connect(options.UseIPv6, options.Port, options.ShimId);
        using var exchange = new Exchange(options, config, channel, clock, sessions, mustResume);
        try
        {
            exchange.Run();
        }
        finally
        {
            channel.Finish();
        }
    }
}
