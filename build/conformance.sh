#!/usr/bin/env bash
# Makes tests/CONFORMANCE.md from the [Conformance] attributes of the tests, or tries what it says.
#   build/conformance.sh                     writes tests/CONFORMANCE.md anew
#   build/conformance.sh delete [SEED [N]]   in a scratch copy, deletes one check after another (N of them, drawn by SEED, or
#                                            all) as build/conformance/deletions.txt says, and runs the test named for it: each
#                                            has to fail; ONLY=REGEX takes those whose test matches. Ends with "N caught, N missed"; non-zero when one was missed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if [[ ${1:-} != delete ]]; then
    SOCKETS_CONFORMANCE=write dotnet test tests/Sockets.Architecture.Tests -c Release --filter FullyQualifiedName~Conformance
    exit
fi

seed=${2:-} count=${3:-0} scratch=${SCRATCH:-$(mktemp -d)} caught=0 missed=0
echo "scratch copy: $scratch"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$scratch"

# deletions.txt: blocks of four lines, "PROJECT NAMESPACE.CLASS.METHOD", file under src, "- " what is there, "+ " what to put there.
mapfile -t order < <(grep -n "^Sockets[.A-Za-z]* Sockets" "$scratch/build/conformance/deletions.txt" | grep -E "${ONLY:-.}" | cut -d: -f1 \
    | if [[ $seed ]]; then shuf --random-source=<(yes "$seed"); else cat; fi)
((count > 0)) || count=${#order[@]}
flags=(-c Release -p:TreatWarningsAsErrors=false -p:RunAnalyzers=false -v q)
for project in $(grep -o "^Sockets[.A-Za-z]* " "$scratch/build/conformance/deletions.txt" | sort -u); do
    (cd "$scratch" && dotnet build "tests/$project" "${flags[@]}") || exit
done
for line in "${order[@]:0:count}"; do
    mapfile -t -n 4 block < <(tail -n "+$line" "$scratch/build/conformance/deletions.txt")
    read -r project test <<<"${block[0]}"
    file=src/${block[1]} old=${block[2]#- } new=${block[3]#+ }
    old=${old//\\n/$'\n'} new=${new//\\n/$'\n'}
    [[ ${block[3]} == + ]] && new=
    cp "$scratch/$file" "$scratch/whole.cs"
    if ! OLD=$old NEW=$new perl -0pi -e 'my $n = s/\Q$ENV{OLD}\E/$ENV{NEW}/; END { exit($n ? 0 : 1) }' "$scratch/$file"; then
        echo "NOT FOUND  $test: $old"
        missed=$((missed + 1))
        mv "$scratch/whole.cs" "$scratch/$file"
        continue
    fi
    cmp -s "$scratch/whole.cs" "$scratch/$file" && echo "UNCHANGED  $test"
    log=$scratch/last.log
    library=${block[1]%%/*} folder=tests/$project/bin/Release/net10.0
    if ! (cd "$scratch" && dotnet build "src/$library" "${flags[@]}" && cp "src/$library/bin/Release/net10.0/$library.dll" "$folder") >"$log" 2>&1; then
        echo "NO BUILD   $test: $old"
        missed=$((missed + 1))
    elif (cd "$scratch" && timeout 300 "$folder/$project" -method "$test" >"$log" 2>&1); then
        echo "MISSED     $test: $old"
        missed=$((missed + 1))
    elif ! grep -q 'Total: *[1-9]' "$log"; then
        echo "NO TEST    $test"
        missed=$((missed + 1))
    else
        echo "caught     $test"
        caught=$((caught + 1))
    fi
    mv "$scratch/whole.cs" "$scratch/$file"
    touch "$scratch/$file"
done
echo "$caught caught, $missed missed"
((missed == 0))
