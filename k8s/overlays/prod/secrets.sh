#!/bin/sh
# Creates the Secrets of this overlay, except `chat-certificate`, with new passwords and a certificate for Redis:
#   secrets.sh data        before Kafka, Postgres and Redis are created: passwords
#   secrets.sh services    when they run: copies passwords, addresses and CA certificates for the services
#   secrets.sh redis-add   to change the passwords of Redis: a second one for each user, which `services` copies
#   secrets.sh redis-drop  when all services use it: removes the former ones
#   secrets.sh relay       before a relay is applied: its logins
#   secrets.sh webhooks    before webhooks or checks before sending are applied: a key of signatures
#   secrets.sh files       before the component `files` is applied: two logins to the bucket, and a key of files
# All but `redis-add` and `redis-drop` can be run again, and keep passwords and keys: `data` gives the users of Redis the present
# rights, which it reads when it starts; `services` copies the current values, such as renewed CA certificates; `files` writes the
# logins of the environment.
# Needs kubectl and openssl. No value is passed as an argument of a command, where other processes could read it.
set -eu
KUBECTL=${KUBECTL:-kubectl}
model=${REDIS_ACL:-$(dirname "$0")/../../../infra/redis/users.acl}

# put <namespace> <name> <type> [<key> <value>]…
put() {
  # A failed command in an argument leaves an empty value.
  for value; do
    [ -n "$value" ] || { echo "the Secret $2 would have an empty value" >&2; exit 1; }
  done
  {
    printf 'apiVersion: v1\nkind: Secret\nmetadata: { name: %s, namespace: %s }\ntype: %s\ndata:\n' "$2" "$1" "$3"
    shift 3
    while [ $# -gt 0 ]; do
      printf '  %s: %s\n' "$1" "$(printf '%s' "$2" | base64 | tr -d '\n')"
      shift 2
    done
  } | $KUBECTL apply --server-side --force-conflicts -f -
}

# has <namespace> <name>: an error of kubectl ends the script, so that it never counts as a missing Secret.
has() {
  found=$($KUBECTL -n "$1" get secret "$2" -o name --ignore-not-found) || exit 1
  [ -n "$found" ]
}

# value_in <namespace> <name> <key>
value_in() {
  value=$($KUBECTL -n "$1" get secret "$2" -o "jsonpath={.data.$(printf '%s' "$3" | sed 's/\./\\./g')}")
  [ -n "$value" ] || { echo "the Secret $2 in $1 has no $3 yet" >&2; exit 1; }
  printf '%s' "$value" | base64 -d
}

# of <name> <key>: a value from chat-data
of() { value_in chat-data "$@"; }

random() { openssl rand -hex 24; }

redis_certificate() {
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
  names='subjectAltName=DNS:redis.chat-data,DNS:redis.chat-data.svc,DNS:redis.chat-data.svc.cluster.local'
  openssl req -x509 $key -days 3650 -subj '/CN=chat redis CA' -keyout "$folder/ca.key" -out "$folder/ca.crt" 2>/dev/null
  openssl req $key -subj '/CN=redis.chat-data' -keyout "$folder/tls.key" -out "$folder/tls.csr" 2>/dev/null
  printf '%s\n' "$names" >"$folder/names"
  openssl x509 -req -in "$folder/tls.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -CAcreateserial -days 3650 \
    -extfile "$folder/names" -out "$folder/tls.crt" 2>/dev/null
  put chat-data chat-redis-certificate kubernetes.io/tls \
    tls.crt "$(cat "$folder/tls.crt")" tls.key "$(cat "$folder/tls.key")" ca.crt "$(cat "$folder/ca.crt")"
}

# passwords_of <user>: the passwords of this user of Redis, as `users.acl` in the Secret has them
passwords_of() {
  acl=$(of chat-redis-users users.acl)
  printf '%s\n' "$acl" | awk -v user="$1" '$2 == user { for (i = 3; i <= NF; i++) if ($i ~ /^[>#]/) printf " %s", $i }'
}

# Users of Redis that infra/redis/users.acl does not have.
other_users() {
  acl=$(of chat-redis-users users.acl)
  printf '%s\n' "$acl" | awk -v model="$model" '
    BEGIN { while ((getline line < model) > 0) { split(line, word, " "); known[word[2]] = 1 } }
    $1 == "user" && !($2 in known) { print }'
}

# redis_users new | keep | add | drop: passwords of the users of Redis, with the present rights of the model
redis_users() {
  how=$1 others='' all=''
  [ "$how" = new ] || others=$(other_users)
  # From here on, the arguments are the keys and values of the Secret beside `users.acl`.
  shift
  for role in gateway writer relay; do
    listed=''
    [ "$how" = new ] || listed=$(passwords_of "chat-$role")
    case $how${listed:+-present} in
    keep-present) password=$(of chat-redis-users "$role") ;;
    add-present) password=$(random) listed="$listed >$password" ;;
    drop-present) password=$(of chat-redis-users "$role") listed=" >$password" ;;
    # A new Secret, or a user that a new version adds.
    *) password=$(random) listed=" >$password" ;;
    esac
    all="${all}chat-$role$listed
"
    set -- "$@" "$role" "$password"
  done
  # This overlay sets no NAMESPACE, so keys and channels have no prefix.
  users=$(all=$all awk '
    BEGIN {
      count = split(ENVIRON["all"], lines, "\n")
      for (n = 1; n < count; n++) { split(lines[n], word, " "); sub(/^[^ ]+ /, "", lines[n]); passwords[word[1]] = lines[n] }
    }
    {
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^>CHANGE-ME-/) $i = passwords[$2]
        if ($i ~ /^[~&]chat:/) $i = substr($i, 1, 1) substr($i, 7)
      }
      print
    }' "$model")
  put chat-data chat-redis-users Opaque users.acl "$users${others:+
$others}
" "$@"
}

# The access key of the bucket comes from the environment.
backups() {
  : "${AWS_ACCESS_KEY_ID:?of the bucket for backups}" "${AWS_SECRET_ACCESS_KEY:?of the bucket for backups}"
  put chat-data chat-backups Opaque access-key-id "$AWS_ACCESS_KEY_ID" secret-access-key "$AWS_SECRET_ACCESS_KEY"
}

data() {
  for user in admin writer gateway sweeper relay; do
    has chat-data "chat-postgres-$user" ||
      put chat-data "chat-postgres-$user" kubernetes.io/basic-auth username "chat_$user" password "$(random)"
  done
  for user in gateway writer admin audit scaler relay; do
    has chat-data "chat-kafka-$user" || put chat-data "chat-kafka-$user" Opaque password "$(random)"
  done
  has chat-data chat-backups || backups
  if has chat-data chat-redis-users; then redis_users keep; else redis_users new; fi
  has chat-data chat-redis-certificate || redis_certificate
}

database() {
  password=$(of "chat-postgres-$1" password)
  echo "postgres://chat_$1:$password@chat-rw.chat-data:5432/chat?sslmode=verify-full&sslrootcert=/etc/chat-ca/ca.crt"
}

redis() {
  password=$(of chat-redis-users "$1")
  echo "rediss://chat-$1:$password@redis.chat-data:6379"
}

services() {
  kafka_ca=$(of chat-cluster-ca-cert ca.crt)
  postgres_ca=$(of chat-ca ca.crt)
  redis_ca=$(of chat-redis-certificate ca.crt)
  put chat chat-ca Opaque ca.crt "$kafka_ca
$postgres_ca
$redis_ca
"
  # The audit reads, and listens like a gateway; on Kafka it has its own user.
  for pair in gateway:gateway writer:writer audit:gateway; do
    name=${pair%:*} role=${pair#*:}
    url=$(database "$role")
    fan_out=$(redis "$role")
    kafka=$(of "chat-kafka-$name" password)
    put chat "chat-$name" Opaque database-url "$url" redis-url "$fan_out" kafka-password "$kafka"
  done
  url=$(database admin)
  kafka=$(of chat-kafka-admin password)
  put chat chat-admin Opaque database-url "$url" kafka-password "$kafka"
  url=$(database sweeper)
  put chat chat-sweep Opaque database-url "$url"
  kafka=$(of chat-kafka-scaler password)
  put chat chat-scaler Opaque kafka-username scaler kafka-password "$kafka"
}

relay() {
  url=$(database relay)
  kafka=$(of chat-kafka-relay password)
  asked=$(redis relay)
  put chat chat-relay Opaque database-url "$url" kafka-password "$kafka" redis-url "$asked"
}

webhooks() {
  has chat chat-webhooks || put chat chat-webhooks Opaque webhook-secrets "whsec_$(openssl rand -base64 32)"
}

# The keys of the bucket come from the environment.
files() {
  : "${GATEWAY_S3_ACCESS_KEY_ID:?of gateways}" "${GATEWAY_S3_SECRET_ACCESS_KEY:?of gateways}"
  : "${SWEEP_S3_ACCESS_KEY_ID:?of the job sweep}" "${SWEEP_S3_SECRET_ACCESS_KEY:?of the job sweep}"
  if has chat chat-files; then key=$(value_in chat chat-files file-secret); else key=$(random); fi
  put chat chat-files Opaque access-key-id "$GATEWAY_S3_ACCESS_KEY_ID" secret-access-key "$GATEWAY_S3_SECRET_ACCESS_KEY" \
    file-secret "$key"
  put chat chat-files-sweep Opaque access-key-id "$SWEEP_S3_ACCESS_KEY_ID" secret-access-key "$SWEEP_S3_SECRET_ACCESS_KEY"
}

case ${1:-} in
data) data ;;
services) services ;;
redis-add) redis_users add ;;
redis-drop) redis_users drop ;;
relay) relay ;;
webhooks) webhooks ;;
files) files ;;
*)
  echo "usage: $0 data | services | redis-add | redis-drop | relay | webhooks | files" >&2
  exit 2
  ;;
esac
