using System;

namespace Sockets.Pooling;

/// <summary>A list of settings that is equal to another with the same settings and values.</summary>
internal readonly struct SettingsIdentity(SocketSettingList settings) : IEquatable<SettingsIdentity>
{
    // Copied only when there is something to copy: it must not change under a key.
    private readonly SocketSettingList? _settings = settings.Count == 0 ? null : settings.Snapshot();

    public bool Equals(SettingsIdentity other) => _settings is null
        ? other._settings is null
        : other._settings is not null && _settings.HasSameAs(other._settings);

    public override bool Equals(object? obj) => obj is SettingsIdentity other && Equals(other);

    public override int GetHashCode() => _settings?.Count ?? 0;
}
