# The interop cases against NSS, in both roles. cases.txt is the table; see README.md in the folder above.

LIBRARIES=$OUTPUT/lib
PEER=$OUTPUT/nss_peer
PKI=$OUTPUT/pki
DATABASE=$OUTPUT/database
LOGS=$OUTPUT/logs

source "$PEERS/nss/setup.sh"
source "$PEERS/issuing.sh"
source "$PEERS/nss/certificates.sh"
source "$PEERS/nss/roles.sh"
source "$PEERS/nss/verdict.sh"
source "$PEERS/nss/table.sh"

prepare_peer
prepare_certificates
prepare_tool

rm -rf "$LOGS" && mkdir -p "$LOGS"
select_cases "$PEERS/nss/cases.txt" >"$LOGS/cases.txt"
run_table "$LOGS/cases.txt"
print_total
