namespace Sockets.LoadBench.Streams;

/// <summary>A way to have a connection. Found by its type.</summary>
internal interface IStreamContender
{
    /// <summary>What selects it.</summary>
    string Name { get; }

    /// <summary>Connects two ends over loopback.</summary>
    /// <param name="size">Bytes of one operation.</param>
    /// <param name="style">Which calls will be made: with <see cref="StreamStyle.Blocking"/> no other is made before, either.</param>
    (StreamEnd Near, StreamEnd Far) Connect(int size, StreamStyle style);
}
