#!/bin/sh
# What each service may do on Kafka, and no more. Run it as somebody who may alter ACLs:
#
#   BOOTSTRAP=broker:9093 COMMAND_CONFIG=admin.properties NAMESPACE=… sh infra/kafka/acls.sh
#
# The users come about elsewhere (kafka-configs.sh, or certificates); their names are
# GATEWAY, WRITER, ADMIN, AUDIT and SCALER, for mutual TLS the names of their certificates.
set -eu

: "${BOOTSTRAP:?host:port of a broker}"
gateway="User:${GATEWAY:-gateway}"
writer="User:${WRITER:-writer}"
admin="User:${ADMIN:-admin}"
audit="User:${AUDIT:-audit}"
scaler="User:${SCALER:-scaler}"
prefix="${NAMESPACE:+$NAMESPACE.}"

allow() {
  who=$1
  shift
  "${KAFKA_ACLS:-kafka-acls.sh}" --bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} \
    --add --allow-principal "$who" "$@"
}

# A gateway puts commands on the log, and sees that the other topics are there.
allow "$gateway" --operation Write --operation Describe --topic "${prefix}chat.commands"
allow "$gateway" --operation Describe --topic "${prefix}chat.dead-letter"
allow "$gateway" --operation Describe --topic "${prefix}chat.events"

# A writer takes commands, in one group with the others, and tells what became of them.
allow "$writer" --operation Read --operation Describe --topic "${prefix}chat.commands"
allow "$writer" --operation Write --operation Describe --topic "${prefix}chat.events"
allow "$writer" --operation Write --operation Describe --topic "${prefix}chat.dead-letter"
allow "$writer" --operation Read --operation Describe --group "${prefix}chat.writer"

# `admin topics` makes what is missing.
for topic in chat.commands chat.dead-letter chat.events; do
  allow "$admin" --operation Create --operation Describe --operation DescribeConfigs --topic "$prefix$topic"
done

# `admin repartition` gives the command log more partitions, or makes it anew with fewer once its group is gone.
allow "$admin" --operation Alter --operation Delete --topic "${prefix}chat.commands"
allow "$admin" --operation Describe --operation Delete --group "${prefix}chat.writer"

# `admin audit` sends canaries, reads every event in groups of its own, and sees how far the writers are.
allow "$audit" --operation Write --operation Describe --topic "${prefix}chat.commands"
allow "$audit" --operation Read --operation Describe --topic "${prefix}chat.events"
allow "$audit" --operation Describe --topic "${prefix}chat.dead-letter"
allow "$audit" --operation Describe --group "${prefix}chat.writer"
allow "$audit" --operation Read --operation Describe --operation Delete \
  --group "${prefix}chat.writer-audit-" --resource-pattern-type prefixed

# Whoever scales the writers sees how far they are behind.
allow "$scaler" --operation Describe --topic "${prefix}chat.commands"
allow "$scaler" --operation Describe --group "${prefix}chat.writer"
