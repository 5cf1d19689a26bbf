using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sockets.Tests.Diagnostics;

/// <summary>What the meter "Sockets" says while a test listens. Other tests may be at work in the same process.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();

    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Sockets")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => All.Enqueue(new(instrument.Name, value, Text(tags))));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => All.Enqueue(new(instrument.Name, value, Text(tags))));
        _listener.Start();
    }

    public ConcurrentQueue<Measured> All { get; } = [];

    /// <summary>Asks the instruments that only answer.</summary>
    public void Collect() => _listener.RecordObservableInstruments();

    public IEnumerable<Measured> Of(string instrument, string tags = "") => All.Where(measured => measured.Instrument == instrument && measured.Tags.Contains(tags, StringComparison.Ordinal));

    public void Dispose() => _listener.Dispose();

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new List<string>();
        foreach (KeyValuePair<string, object?> tag in tags)
            text.Add($"{tag.Key}={tag.Value}");
        return string.Join(' ', text);
    }

    internal sealed record Measured(string Instrument, double Value, string Tags);
}
