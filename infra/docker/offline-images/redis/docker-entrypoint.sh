#!/bin/bash
# If the first argument is an option, start the server, as a user other than root.
set -euo pipefail

if [ "${1:0:1}" = - ]; then set -- redis-server "$@"; fi
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  # As with the real image, Redis is reachable only in the container's networks unless its port is published.
  exec setpriv --reuid=redis --regid=redis --init-groups "$@" --protected-mode no
fi
exec "$@"
