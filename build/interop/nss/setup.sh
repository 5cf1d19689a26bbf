# Gets the NSS peer: Debian's command-line tools, run on the newer NSS libraries inside Debian's firefox-esr package
# (bookworm's own libnss3 speaks a draft of DTLS 1.3), and nss_peer, compiled from $SOCKETS_INTEROP.
# All of it is kept in $OUTPUT, so that a second run needs neither network nor root.

packages=(libnss3-tools libnspr4 libnss3-dev libnspr4-dev gcc libc6-dev pkgconf openssl)
libraries=(nss3 ssl3 nssutil3 smime3 softokn3 freeblpriv3 mozsqlite3)

# nss COMMAND ARGUMENT...: runs a program on the newer libraries.
nss() { LD_LIBRARY_PATH="$LIBRARIES" "$@"; }

# The package's signature is apt's business; its sandbox user cannot write here, which is only a warning.
apt_download() { apt-get download "$1" || { apt-get update && apt-get download "$1"; }; }

have_libraries() {
    local library
    for library in "${libraries[@]}"; do [[ -f $LIBRARIES/lib$library.so ]] || return 1; done
}

# Takes the NSS libraries (4 MB) out of firefox-esr (80 MB) without installing it.
download_libraries() (
    set -e
    download=$OUTPUT/download
    rm -rf "$download" && mkdir -p "$download" "$LIBRARIES" && cd "$download"
    apt_download firefox-esr
    members=()
    for library in "${libraries[@]}"; do members+=("./usr/lib/firefox-esr/lib$library.so"); done
    dpkg-deb --fsys-tarfile firefox-esr_*.deb | tar x --strip-components=4 -C "$LIBRARIES" "${members[@]}"
    cd "$OUTPUT" && rm -rf "$download"
)

compile_peer() {
    local source=$SOCKETS_INTEROP/nss_peer.c flags
    [[ -f $source ]] || fail "$source is missing: set SOCKETS_INTEROP to the folder that holds nss_peer.c"
    [[ $PEER -nt $source ]] && return
    read -ra flags < <(pkg-config --cflags nss)
    attempt gcc.log 'nss_peer.c does not compile' \
        gcc -O2 "${flags[@]}" "$source" -o "$PEER" -lssl3 -lnss3 -lnssutil3 -lnspr4 -lplc4
}

prepare_peer() {
    command -v apt-get >/dev/null || fail "this is not a Debian machine (no apt-get)"
    install_packages "${packages[@]}"
    have_libraries || attempt download.log 'firefox-esr could not be had from apt' download_libraries
    compile_peer
}
