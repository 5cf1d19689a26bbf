# The interop cases against s_server and s_client of Debian's OpenSSL, in both roles: TLS 1.2 and 1.3. cases.txt is the table.

PKI=$OUTPUT/pki
LOGS=$OUTPUT/logs

source "$PEERS/issuing.sh"
source "$PEERS/openssl/certificates.sh"
source "$PEERS/openssl/roles.sh"
source "$PEERS/openssl/verdict.sh"
source "$PEERS/openssl/table.sh"

install_packages openssl
prepare_certificates
prepare_tool

rm -rf "$LOGS" && mkdir -p "$LOGS"
run_table "$PEERS/openssl/cases.txt"
print_total
