namespace Sockets.Tests;

/// <summary>What is kept on the disk between two processes: saved connections, and what was restored of them.</summary>
public sealed class StateFileTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("states").FullName;

    [Fact]
    public void One_identifier_is_taken_once_by_all_processes_together()
    {
        var one = new DtlsFileReplayRecord(_directory, new FixedClock(Noon));
        var other = new DtlsFileReplayRecord(_directory, new FixedClock(Noon));
        byte[] id = [.. Enumerable.Repeat((byte)1, 32)];
        Assert.True(one.TryAdd(id, Noon, Noon.AddHours(1)));
        Assert.False(one.TryAdd(id, Noon, Noon.AddHours(1)));
        Assert.False(other.TryAdd(id, Noon, Noon.AddHours(1)));
        Assert.False(new DtlsFileReplayRecord(_directory, new FixedClock(Noon)).TryAdd(id, Noon, Noon.AddHours(1)));
        id[0]++;
        Assert.True(other.TryAdd(id, Noon, Noon.AddHours(1)));
    }

    [Fact]
    public void Of_many_at_once_one_succeeds()
    {
        byte[] id = new byte[32];
        DtlsFileReplayRecord[] records = [.. Enumerable.Range(0, 4).Select(_ => new DtlsFileReplayRecord(_directory, new FixedClock(Noon)))];
        int added = 0;
        Parallel.For(0, 32, i =>
        {
            if (records[i % records.Length].TryAdd(id, Noon, Noon.AddHours(1)))
                Interlocked.Increment(ref added);
        });
        Assert.Equal(1, added);
    }

    [Fact]
    public void It_remembers_since_it_was_made_the_first_time()
    {
        Assert.Equal(Noon, new DtlsFileReplayRecord(_directory, new FixedClock(Noon)).RemembersSince);
        Assert.Equal(Noon, new DtlsFileReplayRecord(_directory, new FixedClock(Noon.AddDays(1))).RemembersSince);
        File.WriteAllBytes(Path.Combine(_directory, "since"), [1, 2]);
        Assert.Throws<InvalidDataException>(() => new DtlsFileReplayRecord(_directory));
    }

    [Fact]
    public void What_has_expired_makes_room_and_what_has_not_does_not()
    {
        var record = new DtlsFileReplayRecord(_directory, new FixedClock(Noon), capacity: 2);
        Assert.True(record.TryAdd(Id(1), Noon, Noon.AddMinutes(1)));
        Assert.True(record.TryAdd(Id(2), Noon, Noon.AddMinutes(2)));
        Assert.False(record.TryAdd(Id(3), Noon, Noon.AddMinutes(9)));

        // A week longer, lest a clock that is ahead has it forget what is good still.
        DateTimeOffset later = Noon.AddDays(7).AddMinutes(1);
        Assert.False(record.TryAdd(Id(3), later.AddTicks(-1), later.AddMinutes(9)));
        Assert.True(record.TryAdd(Id(3), later, later.AddMinutes(9)));
        Assert.False(record.TryAdd(Id(4), later, later.AddMinutes(9)));
        Assert.Equal(3, Directory.GetFiles(_directory).Length);
    }

    [Fact]
    public void What_cannot_be_written_down_is_not_accepted()
    {
        var record = new DtlsFileReplayRecord(Path.Combine(_directory, "gone"), new FixedClock(Noon));
        Directory.Delete(Path.Combine(_directory, "gone"), recursive: true);
        Assert.False(record.TryAdd(Id(1), Noon, Noon.AddMinutes(1)));
    }

    [Fact]
    public void States_come_back_in_order_and_once()
    {
        string path = Path.Combine(_directory, "file");
        DtlsStateFile.Write(path, [new byte[] { 1, 2, 3 }, ReadOnlyMemory<byte>.Empty, new byte[500]]);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Throws<IOException>(() => DtlsStateFile.Write(path, []));
        IReadOnlyList<ReadOnlyMemory<byte>> states = DtlsStateFile.ReadAndDelete(path);
        Assert.Equal([3, 0, 500], states.Select(state => state.Length));
        Assert.Equal([1, 2, 3], states[0].ToArray());
        Assert.False(File.Exists(path));
        Assert.Empty(DtlsStateFile.ReadAndDelete(path));
    }

    [Fact]
    public void A_damaged_file_is_told_apart_and_kept()
    {
        string path = Path.Combine(_directory, "file");
        DtlsStateFile.Write(path, [new byte[] { 1, 2, 3 }]);
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            if (length == whole.Length - 7)
                Assert.Empty(DtlsStateFile.ReadAndDelete(path)); // a file of no states
            else
                Assert.Throws<InvalidDataException>(() => DtlsStateFile.ReadAndDelete(path));
        }

        File.WriteAllBytes(path, [.. whole, 0x7F, 0xFF, 0xFF, 0xFF, 0]);
        Assert.Throws<InvalidDataException>(() => DtlsStateFile.ReadAndDelete(path));
        Assert.True(File.Exists(path));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private static byte[] Id(byte value) => [.. Enumerable.Repeat(value, 32)];
}
