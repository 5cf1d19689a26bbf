using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls.Records;
using Sockets.Tool.Options;
using Spectre.Console;

namespace Sockets.Tool.Demo;

/// <summary>Shows the demo: a progress bar for people, plain lines for files, a table at the end.</summary>
internal sealed class DemoDisplay(ToolConsole console)
{
    private const int TicksPerLine = 10;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IAnsiConsole _ansi = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(console.Out),
        Ansi = console.IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
        Interactive = console.IsInteractive ? InteractionSupport.Detect : InteractionSupport.No,
    });

    /// <summary>Until the transfer is done; fails when nothing moves any more.</summary>
    public async Task FollowAsync(DtlsChannel channel, EchoTransfer transfer, DemoMeter meter, CancellationToken cancellationToken)
    {
        if (!console.IsInteractive)
        {
            int ticks = 0;
            await WatchAsync(channel, transfer, () =>
            {
                if (++ticks % TicksPerLine == 0)
                    meter.Draw(() => console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {transfer.BytesVerified / 1e6,6:0} MB of {transfer.TotalBytes / 1e6:0} MB back and compared")));
            }, cancellationToken);
            return;
        }

        await _ansi.Progress()
            .AutoRefresh(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("echo over DTLS 1.3", maxValue: transfer.TotalBytes);
                await WatchAsync(channel, transfer, () => meter.Draw(() =>
                {
                    bar.Value = transfer.BytesVerified;
                    bar.Description = string.Create(CultureInfo.InvariantCulture, $"{transfer.BytesVerified / 1e6:0} MB echoed");
                    context.Refresh();
                }), cancellationToken);
            });
    }

    public void Report(DtlsChannel channel, TimeSpan coldHandshake, EchoTransfer transfer, DemoMeter meter)
    {
        double seconds = meter.Elapsed.TotalSeconds;
        var table = new Table().Border(TableBorder.Rounded).AddColumn("DTLS 1.3").AddColumn(new TableColumn("").RightAligned());
        Row(table, "suite", NameTable.Of(channel.CipherSuite));
        Row(table, "group", NameTable.Of(channel.Group));
        Row(table, "handshake, with cookie", $"{channel.HandshakeDuration.TotalMilliseconds:0.0} ms (the first in this process: {coldHandshake.TotalMilliseconds:0} ms)");
        Row(table, "transfer", $"{seconds:0.00} s");
        Row(table, "goodput", $"{transfer.BytesVerified / 1e6 / seconds:0.0} MB/s there and the same back");
        Row(table, "records", $"{meter.Records:#,0} ({meter.Records / seconds:#,0} a second)");
        Row(table, "key updates", $"{channel.SendingKeyUpdates} of ours, {channel.ReceivingKeyUpdates} of the server");
        Row(table, "chunks lost and sent again", $"{transfer.Resent:#,0} of {transfer.ChunkCount:#,0} ({transfer.Duplicates:#,0} were only late)");
        Row(table, "allocated per record", $"{meter.AllocatedPerRecord:0.000} bytes ({meter.Allocated / 1024.0:#,0} KiB in all)");
        bool any = false;
        foreach (DiscardReason reason in Enum.GetValues<DiscardReason>())
        {
            if (meter.Discarded(reason) is var count and > 0)
            {
                Row(table, $"discarded: {reason}", $"{count:#,0}");
                any = true;
            }
        }

        if (!any)
            Row(table, "datagrams discarded", "none");
        _ansi.Write(table);
    }

    private static void Row(Table table, FormattableString name, FormattableString value) =>
        table.AddRow(new Text(name.ToString(CultureInfo.InvariantCulture)), new Text(value.ToString(CultureInfo.InvariantCulture)));

    private static void Row(Table table, string name, FormattableString value) => Row(table, (FormattableString)$"{name}", value);

    private static void Row(Table table, string name, string value) => Row(table, name, (FormattableString)$"{value}");

    /// <summary>Has what was lost sent again until the transfer is done; fails when nothing moves any more.</summary>
    public static async Task WatchAsync(DtlsChannel channel, EchoTransfer transfer, Action tick, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick);
        long last = -1;
        TimeSpan still = TimeSpan.Zero;
        while (!transfer.Done.IsCompleted)
        {
            tick();
            Task<bool> next = timer.WaitForNextTickAsync(cancellationToken).AsTask();
            await Task.WhenAny(next, transfer.Done);
            cancellationToken.ThrowIfCancellationRequested();
            transfer.ResendLost(channel);
            still = transfer.BytesVerified == last ? still + Tick : TimeSpan.Zero;
            last = transfer.BytesVerified;
            if (still > Patience)
                throw new ToolException($"Nothing came back for {Patience.TotalSeconds:0} s.");
        }

        tick();
    }
}
