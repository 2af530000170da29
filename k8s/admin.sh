#!/bin/sh
# Runs an admin command as a job with the image, the settings and the owner's login of the cron job `prune`, and prints its log:
#   admin.sh <namespace> level --raise
set -eu
[ $# -ge 2 ] || { echo "usage: $0 <namespace> <command> [flag]…" >&2; exit 2; }
KUBECTL=${KUBECTL:-kubectl}
namespace=$1
shift
args='"admin"'
for word; do args="$args,\"$word\""; done
job=admin-$1-$(date +%s)
$KUBECTL -n "$namespace" create job "$job" --from=cronjob/prune --dry-run=client -o yaml |
  $KUBECTL patch --local -f - --type=json -o yaml -p "[
    {\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/args\",\"value\":[$args]},
    {\"op\":\"replace\",\"path\":\"/spec/template/spec/restartPolicy\",\"value\":\"Never\"},
    {\"op\":\"replace\",\"path\":\"/spec/backoffLimit\",\"value\":0}]" |
  $KUBECTL -n "$namespace" apply -f -
state() { $KUBECTL -n "$namespace" get job "$job" -o "jsonpath={.status.$1}"; }
while [ "$(state succeeded)" != 1 ] && [ "$(state failed)" != 1 ]; do sleep 2; done
$KUBECTL -n "$namespace" logs "job/$job"
[ "$(state succeeded)" = 1 ]
