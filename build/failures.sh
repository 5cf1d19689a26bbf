#!/usr/bin/env bash
# Says which tests failed and why: the first lines of message and stack of each failed test in the result files, and where a process
# that crashed was when it did.
#   build/failures.sh FOLDER…     folders with .trx files and .crashreport.json files; those under them are read too
set -uo pipefail

lines=14 # of each failed test; the whole text is in the result file
find "$@" -name '*.trx' -print0 2>/dev/null | sort -z | xargs -0r awk -v lines="$lines" '
    function plain(text) {
        if (sub(/^[ \t]*<[^>]*>/, "", text)) sub(/^[ \t]+/, "", text)
        gsub(/<[^>]*>/, "", text); gsub(/&#x[DA];/, "", text)
        gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&#39;|&apos;/, "\x27", text); gsub(/&amp;/, "\\&", text)
        return text
    }
    /<UnitTestResult .*outcome="(Failed|Error|Timeout|Aborted)"/ {
        name = $0; sub(/.* testName="/, "", name); sub(/".*/, "", name)
        print "FAILED " plain(name)
        inside = !/\/>/; left = lines
        next
    }
    /<\/UnitTestResult>/ { inside = 0 }
    inside && /<StdOut>/ { skip = 1 }
    inside && left > 0 && !skip { text = plain($0); if (text ~ /[^ \t\r]/) { print "    " text; left-- } }
    /<\/StdOut>/ { skip = 0 }
    /<RunInfo .*outcome="Error"/ { crash = 1 }
    crash && /<Text>/ && !/\[FAIL\]/ { print "RUN " plain($0) }
    /<\/RunInfo>/ { crash = 0 }'

# The crashed thread's frames, innermost first. The report has one field a line, and says of each thread first whether it is the one.
frames=60
find "$@" -name '*.crashreport.json' -print0 2>/dev/null | sort -z | xargs -0r awk -v frames="$frames" '
    function value() { match($0, /: "/); return substr($0, RSTART + 3, length($0) - RSTART - 3 - ($0 ~ /,$/)) }
    FNR == 1 { crashed = 0; left = frames }
    /"process_name": / { print "CRASHED " value() " (" FILENAME ")" }
    /"crashed": / { crashed = /"true"/ }
    crashed && left > 0 && /"(managed_exception_type|managed_exception_hresult|method_name|unmanaged_name)": / { print "    " value(); left-- }'
