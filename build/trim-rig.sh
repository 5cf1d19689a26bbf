#!/usr/bin/env bash
# Publishes the trim rig (tests/Sockets.TrimRig, an echo over loopback) trimmed and self-contained, once for each security,
# runs it, and looks at what was left in the folder: a plain program carries neither TLS nor DTLS, a program that uses one
# carries that one, and a program that contains the call but switches it off carries none and is told so.
# Ends with "N passed, N failed"; non-zero when a check failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
tls=System.Net.Security.dll dtls=Sockets.Dtls.dll
output=$PWD/artifacts/trim-rig
rid=$(dotnet msbuild tests/Sockets.TrimRig -getProperty:NETCoreSdkPortableRuntimeIdentifier) || exit 1
passed=0 failed=0

# check RESULT SENTENCE: counts it.
check() {
    if [[ $1 == 0 ]]; then
        passed=$((passed + 1))
        echo "  ok      $2"
    else
        failed=$((failed + 1))
        echo "  FAILED  $2"
    fi
}

# publish NAME RIG [MSBUILD OPTION…]
publish() {
    local name=$1 rig=$2 log=$output/$1.log
    shift 2
    rm -rf "${output:?}/$name"
    mkdir -p "$output"
    echo "== $name"
    if dotnet publish tests/Sockets.TrimRig -c Release -r "$rid" --self-contained -p:PublishTrimmed=true -p:SocketsBuildCell=trim-rig \
        "-p:Rig=$rig" "-p:RigName=$name" "$@" -o "$output/$name" >"$log" 2>&1 && ! grep -qE 'warning [A-Z]+[0-9]+' "$log"; then
        check 0 "it is published without a warning"
    else
        check 1 "it is published without a warning: see $log"
        tail -n 15 "$log"
    fi
}

# says NAME EXPECTED CODE: what the program prints, and how it ends.
says() {
    local text code
    text=$(timeout 60 "$output/$1/Sockets.TrimRig" 2>&1)
    code=$?
    [[ $text == *"$2"* && $code == "$3" ]]
    check $? "it prints '$2' and ends with $3"
    [[ $text == *"$2"* && $code == "$3" ]] || echo "$text (ended with $code)"
}

carries() {
    [[ -e $output/$1/$2 ]]
    check $? "$2 is there"
}

lacks() {
    [[ -e $output/$1/Sockets.TrimRig.dll && ! -e $output/$1/$2 ]]
    check $? "$2 is not there"
}

# names NAME ASSEMBLY WORD: whether WORD is among the names in an assembly that was left.
names() {
    grep -qaF "$3" "$output/$1/$2"
    check $? "$2 names $3"
}

silent() {
    [[ -e $output/$1/Sockets.TrimRig.dll ]] && ! grep -qaF "$3" "$output/$1/$2"
    check $? "$2 does not name $3"
}

publish plain Plain
says plain 'plain: echo' 0
lacks plain $tls
lacks plain $dtls

publish tls Tls
says tls 'TLS 1.3: echo' 0
carries tls $tls
names tls Sockets.dll TlsLink
lacks tls $dtls

# The platform's X509Chain brings System.Net.Http, and that System.Net.Security, to whoever builds chains: ours knows neither.
publish dtls Dtls
says dtls 'DTLS 1.3: echo' 0
carries dtls $dtls
names dtls Sockets.dll DtlsLink
silent dtls Sockets.dll TlsLink
silent dtls Sockets.dll System.Net.Security

publish tls-off Tls -p:SocketsTlsSupport=false
says tls-off 'Sockets.Tls.IsSupported' 3
lacks tls-off $tls
silent tls-off Sockets.dll TlsLink

# The program itself makes a DtlsCredential; the engine is gone from beside it.
publish dtls-off Dtls -p:SocketsDtlsSupport=false
says dtls-off 'Sockets.Dtls.IsSupported' 3
silent dtls-off Sockets.dll DtlsLink
silent dtls-off $dtls DtlsConnection
silent dtls-off $dtls DtlsEndpoint

echo "$passed passed, $failed failed"
((failed == 0))
