using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sockets.LoadBench.Reports;

/// <summary>Reports for machines. What is computed is written too, and not read back.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Serialize(LoadReport report) => JsonSerializer.Serialize(report, Options);

    /// <exception cref="JsonException">It is no report.</exception>
    public static LoadReport Deserialize(string json) =>
        JsonSerializer.Deserialize<LoadReport>(json, Options) ?? throw new JsonException("The report is empty.");
}
