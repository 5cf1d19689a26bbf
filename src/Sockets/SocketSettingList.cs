using System;
using System.Collections;
using System.Collections.Generic;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets;

/// <summary>
/// Settings for sockets to come, each applied when it has an effect: buffer sizes before connecting, quick
/// acknowledgements once connected, and so on. Written as <c>Settings = { { SocketSettings.NoDelay, true }, { SocketSettings.QuickAck, true, false } }</c>.
/// </summary>
public sealed class SocketSettingList : IEnumerable<SocketSetting>
{
    private const SettingMoments Client = SettingMoments.BeforeConnect | SettingMoments.AfterConnect;
    private const SettingMoments Server = SettingMoments.BeforeListen | SettingMoments.AfterAccept;

    private readonly List<Entry> _entries;

    /// <summary>An empty list.</summary>
    public SocketSettingList() => _entries = [];

    private SocketSettingList(List<Entry> entries) => _entries = entries;

    /// <summary>The number of settings.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds a setting, or replaces the value it has in this list.</summary>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <param name="setting">One of <see cref="SocketSettings"/>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="isRequired">
    /// True: where it is not supported, connecting or listening fails with <see cref="SocketFailureReason.NotSupported"/>.
    /// False: it is left out there.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range of the setting.</exception>
    public void Add<T>(SocketSetting<T> setting, T value, bool isRequired = true)
    {
        ArgumentNullException.ThrowIfNull(setting);
        setting.Validate(value);
        _entries.RemoveAll(entry => entry.Setting == setting);
        _entries.Add(new Entry(setting, isRequired, value, socket => setting.Apply(socket, value)));
    }

    /// <inheritdoc/>
    public IEnumerator<SocketSetting> GetEnumerator()
    {
        foreach (Entry entry in _entries)
            yield return entry.Setting;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether both ask the same of a socket, in whatever order.</summary>
    internal bool HasSameAs(SocketSettingList other)
    {
        if (_entries.Count != other._entries.Count)
            return false;
        foreach (Entry entry in _entries)
        {
            if (!other._entries.Exists(theirs => theirs.Setting == entry.Setting && theirs.IsRequired == entry.IsRequired && Equals(theirs.Value, entry.Value)))
                return false;
        }

        return true;
    }

    /// <summary>A copy that later changes do not reach.</summary>
    internal SocketSettingList Snapshot() => new([.. _entries]);

    /// <summary>
    /// Applies what is due. Each socket passes the moments of its role in order: a client <see cref="SettingMoments.BeforeConnect"/> and
    /// <see cref="SettingMoments.AfterConnect"/>, a listener <see cref="SettingMoments.BeforeListen"/>, what it accepts
    /// <see cref="SettingMoments.AfterAccept"/>. The first moment of a role also judges the settings that have no effect in it, and
    /// of a datagram socket, which may never see another moment, it applies everything.
    /// </summary>
    /// <exception cref="SocketFailureException">A required setting is not supported here, or the system refused one.</exception>
    internal void Apply(SystemSocket socket, SettingMoments moment)
    {
        bool isFirst = moment is SettingMoments.BeforeConnect or SettingMoments.BeforeListen;
        SettingMoments role = (moment & Client) != 0 ? Client : Server;
        bool isDatagram = socket.SocketType == SocketType.Dgram;
        foreach (Entry entry in _entries)
        {
            SettingMoments moments = entry.Setting.Moments;
            bool isOfRole = (moments & role) != 0;
            bool isDue = isDatagram ? isFirst : (moments & moment) != 0;
            if (isOfRole && !isDue)
                continue;
            if (!isOfRole && !isFirst)
                continue;
            SocketSettingResult result = isOfRole ? entry.Apply(socket) : SocketSettingResult.Unsupported;
            if (result == SocketSettingResult.Unsupported && entry.IsRequired)
            {
                throw new SocketFailureException(
                    SocketFailureReason.NotSupported,
                    $"{entry.Setting.Name} is not supported here ({Describe(socket)}, {(role == Client ? "client" : "server")}). Add it with isRequired: false to go on without it.");
            }
        }
    }

    private static string Describe(SystemSocket socket) => $"{socket.AddressFamily} {socket.SocketType}";

    private readonly record struct Entry(SocketSetting Setting, bool IsRequired, object? Value, Func<SystemSocket, SocketSettingResult> Apply);
}
