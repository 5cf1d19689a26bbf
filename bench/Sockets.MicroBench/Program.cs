using BenchmarkDotNet.Running;
using Sockets.MicroBench;

BenchmarkSwitcher.FromAssembly(typeof(BenchmarkProvider).Assembly).Run(args);
