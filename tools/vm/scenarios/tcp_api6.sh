#!/bin/bash
# What programs see of TCP's sockets over IPv6: as tcp_api.
# needs: uml
# timeout: 120

family=6
. "$(dirname "$0")/tcp_api.sh"
