namespace Sockets.Tests.Settings;

/// <summary>One setting with a value that is not its default, and the sockets it has an effect on.</summary>
public sealed class SettingCase
{
    private readonly Func<SystemSocket, (SocketSettingResult Result, bool IsRead, object? Read)> _run;

    private SettingCase(SocketSetting setting, object? value, string[] kinds, Func<SystemSocket, (SocketSettingResult, bool, object?)> run)
    {
        Setting = setting;
        Value = value;
        Kinds = kinds;
        _run = run;
    }

    public SocketSetting Setting { get; }

    public object? Value { get; }

    /// <summary>Where Linux has it.</summary>
    public IReadOnlyList<string> Kinds { get; }

    public static SettingCase Of<T>(SocketSetting<T> setting, T value, params string[] kinds) => new(setting, value, kinds, socket =>
    {
        SocketSettingResult result = setting.Apply(socket, value);
        return (result, setting.TryRead(socket, out T read), read);
    });

    public (SocketSettingResult Result, bool IsRead, object? Read) Run(SystemSocket socket) => _run(socket);

    public override string ToString() => $"{Setting} = {Value ?? "null"}";
}
