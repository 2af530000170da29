#!/bin/sh
# Grants each service the least rights on Kafka that it needs. Run it as a user who may alter ACLs:
#
#   BOOTSTRAP=broker:9093 COMMAND_CONFIG=admin.properties NAMESPACE=… sh infra/kafka/acls.sh
#
# Create the users by other means (kafka-configs.sh, or certificates); the variables GATEWAY, WRITER, RELAY,
# ADMIN, AUDIT and SCALER name them; for mutual TLS, use the names of their certificates.
set -eu

: "${BOOTSTRAP:?host:port of a broker}"
gateway="User:${GATEWAY:-gateway}"
writer="User:${WRITER:-writer}"
relay="User:${RELAY:-relay}"
admin="User:${ADMIN:-admin}"
audit="User:${AUDIT:-audit}"
scaler="User:${SCALER:-scaler}"
prefix="${NAMESPACE:+$NAMESPACE.}"

allow() {
  principal=$1
  shift
  "${KAFKA_ACLS:-kafka-acls.sh}" --bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} \
    --add --allow-principal "$principal" "$@"
}

# DescribeConfigs: each process compares the settings of its topics at start; without this right it logs a warning instead.

# A gateway publishes commands, and checks that the other topics exist.
allow "$gateway" --operation Write --operation Describe --operation DescribeConfigs --topic "${prefix}chat.commands"
allow "$gateway" --operation Describe --operation DescribeConfigs --topic "${prefix}chat.dead-letter"
allow "$gateway" --operation Describe --operation DescribeConfigs --topic "${prefix}chat.events"

# A writer consumes commands in the group of all writers, and publishes events and dead letters.
allow "$writer" --operation Read --operation Describe --operation DescribeConfigs --topic "${prefix}chat.commands"
allow "$writer" --operation Write --operation Describe --operation DescribeConfigs --topic "${prefix}chat.events"
allow "$writer" --operation Write --operation Describe --operation DescribeConfigs --topic "${prefix}chat.dead-letter"
allow "$writer" --operation Read --operation Describe --group "${prefix}chat.writer"

# A relay consumes events in the group of its sink, and checks that the other topics exist.
allow "$relay" --operation Read --operation Describe --operation DescribeConfigs --topic "${prefix}chat.events"
allow "$relay" --operation Describe --operation DescribeConfigs --topic "${prefix}chat.commands"
allow "$relay" --operation Describe --operation DescribeConfigs --topic "${prefix}chat.dead-letter"
allow "$relay" --operation Read --operation Describe --group "${prefix}chat.relay." --resource-pattern-type prefixed

# `admin topics` creates the missing topics.
for topic in chat.commands chat.dead-letter chat.events; do
  allow "$admin" --operation Create --operation Describe --operation DescribeConfigs --topic "$prefix$topic"
done

# `admin topics` sets the retention of chat.events, and `admin erase-user` reads that of all topics and publishes commands.
allow "$admin" --operation AlterConfigs --topic "${prefix}chat.events"
allow "$admin" --operation Write --topic "${prefix}chat.commands"

# `admin replay` creates topics of its own and writes to them. A consumer of a replay needs Read and Describe on its topic.
allow "$admin" --operation Create --operation Write --operation Describe --operation DescribeConfigs \
  --topic "${prefix}chat.events.replay" --resource-pattern-type prefixed

# `admin repartition` adds partitions to the command log, or deletes and creates it again with fewer, and its group's offsets.
allow "$admin" --operation Alter --operation Delete --topic "${prefix}chat.commands"
allow "$admin" --operation Describe --operation Delete --group "${prefix}chat.writer"

# `admin audit` publishes canary commands, reads every event in consumer groups of its own, and reads the lag of the writers.
allow "$audit" --operation Write --operation Describe --operation DescribeConfigs --topic "${prefix}chat.commands"
allow "$audit" --operation Read --operation Describe --operation DescribeConfigs --topic "${prefix}chat.events"
allow "$audit" --operation Describe --operation DescribeConfigs --topic "${prefix}chat.dead-letter"
allow "$audit" --operation Describe --group "${prefix}chat.writer"
allow "$audit" --operation Read --operation Describe --operation Delete \
  --group "${prefix}chat.writer-audit-" --resource-pattern-type prefixed

# The autoscaler reads the lag of the writers and of the relays.
allow "$scaler" --operation Describe --topic "${prefix}chat.commands"
allow "$scaler" --operation Describe --group "${prefix}chat.writer"
allow "$scaler" --operation Describe --topic "${prefix}chat.events"
allow "$scaler" --operation Describe --group "${prefix}chat.relay." --resource-pattern-type prefixed
