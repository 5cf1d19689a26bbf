# The interop cases against netcat-openbsd, in both roles: TCP, Unix sockets, UDP. cases.txt is the table.

LOGS=$OUTPUT/logs

source "$PEERS/nc/roles.sh"
source "$PEERS/nc/table.sh"

install_packages netcat-openbsd
prepare_tool

rm -rf "$LOGS" && mkdir -p "$LOGS"
run_table "$PEERS/nc/cases.txt"
print_total
