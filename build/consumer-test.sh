#!/usr/bin/env bash
# Packs the packages into a folder, makes a fresh project elsewhere that knows only that folder and the usual registry,
# installs them, and runs what a first user would write: an echo over TCP, TLS and DTLS. Also: that the tool installs and
# runs, that `using System.Net.Sockets;` leaves Socket unambiguous, and that SocketsGlobalUsing=false gives the choice back.
# Ends with "N passed, N failed"; non-zero when a check failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
root=$PWD
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
# A version that is in no registry and in no cache.
version=0.1.0-consumer.$(date -u +%Y%m%d%H%M%S)
passed=0 failed=0

# check SENTENCE COMMAND…: runs it, counts it, shows its output when it fails.
check() {
    local sentence=$1 log=$place/check.log
    shift
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "  ok      $sentence"
    else
        failed=$((failed + 1))
        echo "  FAILED  $sentence"
        tail -n 25 "$log"
    fi
}

echo "== dotnet pack"
for project in Sockets.Dtls Sockets Sockets.Tool; do
    check "$project packs without a warning" dotnet pack "src/$project" -c Release -o "$place/feed" "-p:Version=$version" -p:SocketsBuildCell=packages
done

# contains PACKAGE KIND FILE
contains() {
    local entries
    entries=$(unzip -Z1 "$place/feed/$1.$version.$2") && [[ $'\n'$entries$'\n' == *$'\n'"$3"$'\n'* ]]
}
for project in Sockets.Dtls Sockets; do
    check "$project has its assembly, its documentation and its page" eval "contains $project nupkg lib/net10.0/$project.dll && contains $project nupkg lib/net10.0/$project.xml && contains $project nupkg README.md"
    check "$project has its symbols beside it" contains $project snupkg "lib/net10.0/$project.pdb"
done
# pathless PACKAGE KIND FILE
pathless() {
    unzip -p "$place/feed/$1.$version.$2" "$3" >"$place/unpacked" && ! grep -qaF "$root/" "$place/unpacked"
}
for project in Sockets.Dtls Sockets; do
    check "$project names no folder of the machine it was built on" eval "pathless $project nupkg lib/net10.0/$project.dll && pathless $project snupkg lib/net10.0/$project.pdb"
done
check "Sockets brings its switches" contains Sockets nupkg buildTransitive/Sockets.targets
described() {
    local nuspec
    nuspec=$(unzip -p "$place/feed/$1.$version.nupkg" "$1.nuspec") &&
        [[ $nuspec == *'<license type="expression">MIT</license>'* && $nuspec == *'<readme>README.md</readme>'* && $nuspec == *'<description>'* && $nuspec == *'<tags>'* ]]
}
for project in Sockets.Dtls Sockets Sockets.Tool; do
    check "$project says its license, its purpose, its tags" described "$project"
done

# What is in the machine's cache need not be fetched again; what is ours goes into a cache of its own.
cache=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: //')
cat >"$place/nuget.config" <<XML
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <config>
    <add key="globalPackagesFolder" value="$place/packages" />
  </config>
  <fallbackPackageFolders>
    <add key="cache" value="$cache" />
  </fallbackPackageFolders>
  <packageSources>
    <add key="packed" value="$place/feed" />
  </packageSources>
</configuration>
XML
mkdir "$place/consumer"
cp build/consumer/*.cs "$place/consumer/"
cd "$place/consumer" || exit 1
cat >consumer.csproj <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
</Project>
XML

echo "== a fresh project"
check "the package installs" dotnet add package Sockets --version "$version"
check "the program builds without a warning" dotnet build -c Release -warnaserror
# says ARGUMENT EXPECTED
says() {
    local text
    text=$(timeout 60 dotnet bin/Release/net10.0/consumer.dll "$1") && echo "$text" && [[ $text == "$2" ]]
}
check "it echoes over TCP" says tcp 'plain: hello'
check "it echoes over TLS" says tls 'TLS 1.3: hello'
check "it echoes over DTLS" says dtls 'DTLS 1.3: hello'

ambiguous() {
    local text
    ! text=$(dotnet build -c Release -p:SocketsGlobalUsing=false) && [[ $text == *'error CS0104'* ]]
}
check "without the package's alias, Socket beside System.Net.Sockets is ambiguous" ambiguous
switched_off() {
    dotnet build -c Release -p:SocketsTlsSupport=false && grep -q '"Sockets.Tls.IsSupported": false' bin/Release/net10.0/consumer.runtimeconfig.json &&
        ! dotnet bin/Release/net10.0/consumer.dll tls 2>"$place/refused" && grep -q 'Sockets.Tls.IsSupported' "$place/refused"
}
check "SocketsTlsSupport=false reaches the program, which names the switch" switched_off

echo "== the tool"
check "it installs" dotnet tool install Sockets.Tool --version "$version" --tool-path "$place/tool" --configfile "$place/nuget.config"
check "it runs" "$place/tool/sockets" --help

cd "$root" || exit 1
echo "$passed passed, $failed failed"
((failed == 0))
