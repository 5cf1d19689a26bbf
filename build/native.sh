#!/usr/bin/env bash
# Builds the native accelerator into artifacts/native, where the projects look for it. Does nothing, and says so, where
# CMake or a C compiler is missing: nothing depends on it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v cmake > /dev/null || { echo "native: no CMake, left out"; exit 0; }
command -v "${CC:-cc}" > /dev/null || { echo "native: no C compiler, left out"; exit 0; }
cmake -S native -B artifacts/native -DCMAKE_BUILD_TYPE=Release > /dev/null
cmake --build artifacts/native
