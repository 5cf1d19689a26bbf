namespace Sockets.Platform;

/// <summary>Asks the system for a value; false where it does not tell.</summary>
internal delegate bool SettingReader<T>(SystemSocket socket, out T value);
