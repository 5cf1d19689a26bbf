using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>Reads Project Wycheproof's files from the folder that SOCKETS_VECTORS names.</summary>
internal static class Wycheproof
{
    /// <summary>All tests of a file, each with its group. Skips the calling test when there are no vectors.</summary>
    public static List<(JsonElement Group, JsonElement Test)> Read(string file)
    {
        string? folder = Environment.GetEnvironmentVariable("SOCKETS_VECTORS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "SOCKETS_VECTORS is not set.");
        string path = Path.Combine(folder!, "wycheproof", file);
        Assert.True(File.Exists(path), $"SOCKETS_VECTORS has no wycheproof/{file}.");

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        List<(JsonElement Group, JsonElement Test)> tests = [];
        foreach (JsonElement group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            JsonElement kept = group.Clone();
            foreach (JsonElement test in kept.GetProperty("tests").EnumerateArray())
                tests.Add((kept, test));
        }

        Assert.Equal(document.RootElement.GetProperty("numberOfTests").GetInt32(), tests.Count);
        return tests;
    }

    public static byte[] Hex(this JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString()!);

    public static string Result(this JsonElement test) => test.GetProperty("result").GetString()!;

    /// <summary>What a failed assertion says, so that the vector can be found.</summary>
    public static string Describe(this JsonElement test, string file) =>
        $"{file} tcId {test.GetProperty("tcId").GetInt32()} ({test.GetProperty("comment").GetString()})";
}
