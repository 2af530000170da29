#!/bin/bash
# Options alone are for the server, which does not run as root.
set -euo pipefail

if [ "${1:0:1}" = - ]; then set -- redis-server "$@"; fi
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  # Nobody but this container reaches it unless its port is published, as with the real image.
  exec setpriv --reuid=redis --regid=redis --init-groups "$@" --protected-mode no
fi
exec "$@"
