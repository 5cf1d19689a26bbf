using Sockets.Dtls;

namespace Sockets.Tests;

/// <summary>A wrong value is told by the name of the option that was set.</summary>
public sealed class OptionNameTests
{
    [Fact]
    public void A_servers_options_are_named_as_such()
    {
        using var authority = new TestAuthority();
        Check(static options => options.TicketCount = 99, nameof(DtlsServerOptions.TicketCount), "0 to 16");
        Check(static options => options.MaxDatagramSize = 1 << 20, nameof(DtlsServerOptions.MaxDatagramSize), "65507");
        Check(static options => options.CipherSuites = [], nameof(DtlsServerOptions.CipherSuites), "empty");
        Check(static options => options.HandshakeTimeout = TimeSpan.Zero, nameof(DtlsServerOptions.HandshakeTimeout), "more than zero");

        void Check(Action<DtlsServerOptions> configure, string option, string accepted)
        {
            var options = new DtlsServerOptions { Credentials = [authority.ServerCredential()] };
            configure(options);
            ArgumentException exception = Assert.Throws<ArgumentException>(() => options.CreateConfig());
            Assert.Equal(option, exception.ParamName);
            Assert.StartsWith($"DtlsServerOptions.{option} must ", exception.Message, StringComparison.Ordinal);
            Assert.Contains(accepted, exception.Message, StringComparison.Ordinal);
            Assert.Equal(exception.Message.IndexOf("Parameter", StringComparison.Ordinal), exception.Message.LastIndexOf("Parameter", StringComparison.Ordinal));
            if (option == nameof(DtlsServerOptions.HandshakeTimeout))
                return; // a manager has it in a place of its own

            exception = Assert.Throws<ArgumentException>(new ConnectionManagerOptions { Security = options }.Validate);
            Assert.Equal($"Security.{option}", exception.ParamName);
            Assert.StartsWith($"ConnectionManagerOptions.Security.{option} must ", exception.Message, StringComparison.Ordinal);
            Assert.Contains(accepted, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_clients_options_are_named_as_such()
    {
        var options = new DtlsClientOptions { RecordSizeLimit = 3 };
        ArgumentException exception = Assert.Throws<ArgumentException>(() => options.CreateConfig("localhost"));
        Assert.Equal(nameof(DtlsClientOptions.RecordSizeLimit), exception.ParamName);
        Assert.StartsWith("DtlsClientOptions.RecordSizeLimit must ", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>The engine has settings that are no options; whoever sets them there knows them by the names that they have there.</summary>
    [Fact]
    public void What_was_set_for_the_engine_is_named_as_the_engines()
    {
        Check(static config => config with { ReplayWindowSize = 1 }, $"DtlsConfig.{nameof(DtlsConfig.ReplayWindowSize)}");
        Check(static config => config with { HandshakeTimeout = TimeSpan.Zero }, $"DtlsConfig.{nameof(DtlsConfig.HandshakeTimeout)}");
        Check(static config => config, $"DtlsClientOptions.{nameof(DtlsClientOptions.RecordSizeLimit)}", recordSizeLimit: 3);

        static void Check(Func<DtlsConfig, DtlsConfig> configure, string named, int? recordSizeLimit = null)
        {
            var options = new DtlsClientOptions { RecordSizeLimit = recordSizeLimit, ConfigureEngine = configure };
            ArgumentException exception = Assert.Throws<ArgumentException>(() => options.CreateConfig("localhost"));
            Assert.StartsWith($"{named} must ", exception.Message, StringComparison.Ordinal);
        }
    }
}
