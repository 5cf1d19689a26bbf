using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using Sockets.Dtls;

namespace Sockets.Bogo.Tests;

/// <summary>What bogo.json promises the runner, and the README its readers.</summary>
public sealed class BogoConfigTests : IDisposable
{
    private const string FailurePrefix = "DtlsFailure: ";

    private readonly JsonDocument _config = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "bogo.json")));
    private readonly string _readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "shim.md"));

    [Fact]
    public void Every_disabled_test_has_a_reason()
    {
        List<JsonProperty> disabled = [.. _config.RootElement.GetProperty("DisabledTests").EnumerateObject()];
        Assert.NotEmpty(disabled);
        Assert.Equal(disabled.Count, disabled.Select(static entry => entry.Name).Distinct().Count());
        Assert.All(disabled, static entry => Assert.True(entry.Value.GetString()!.Split(' ').Length > 5, entry.Name));
    }

    [Fact]
    public void Every_error_is_mapped_to_something()
    {
        Assert.NotEmpty(Mappings());
        Assert.All(_config.RootElement.GetProperty("ErrorMap").EnumerateObject(), static entry =>
        {
            Assert.NotEqual(0, entry.Value.GetArrayLength());
            Assert.All(entry.Value.EnumerateArray(), text => Assert.False(string.IsNullOrWhiteSpace(text.GetString()), entry.Name));
        });
    }

    [Fact]
    public void Mapped_failures_exist()
    {
        Assert.All(Mappings().Where(static mapping => mapping.Ours.StartsWith(FailurePrefix, StringComparison.Ordinal)), static mapping =>
        {
            string reason = mapping.Ours[FailurePrefix.Length..].Split(' ')[0];
            Assert.True(Enum.IsDefined(Enum.Parse<DtlsFailureReason>(reason)), mapping.Ours);
        });
    }

    /// <summary>One error of theirs that is several of ours, or the reverse, blurs what a test can find: it is explained.</summary>
    [Fact]
    public void What_serves_two_expectations_is_explained()
    {
        List<(string Theirs, string Ours)> mappings = Mappings();
        IEnumerable<string> several = mappings.GroupBy(static mapping => mapping.Theirs).Where(static group => group.Count() > 1).Select(static group => group.Key);
        IEnumerable<string> shared = mappings
            .Where(mapping => mappings.Exists(other => other.Theirs != mapping.Theirs && other.Ours.StartsWith(mapping.Ours, StringComparison.Ordinal)))
            .Select(static mapping => mapping.Theirs);
        Assert.All(several.Concat(shared), theirs => Assert.Contains($"`{theirs}`", _readme, StringComparison.Ordinal));
    }

    [Fact]
    public void The_runner_is_told_how_many_records_an_ACK_names() =>
        Assert.Equal(32, _config.RootElement.GetProperty("MaxACKBuffer").GetInt32());

    public void Dispose() => _config.Dispose();

    private List<(string Theirs, string Ours)> Mappings() =>
        [.. _config.RootElement.GetProperty("ErrorMap").EnumerateObject().SelectMany(static entry => entry.Value.EnumerateArray().Select(text => (entry.Name, text.GetString()!)))];
}
