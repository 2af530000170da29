import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import kafkajs from 'kafkajs'

// Its tables of numbers are no named exports for Node.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } = kafkajs

/**
 * Stands in for Kafka's own `kafka-acls.sh`, which does not come with the
 * broker's jars: the few of its arguments that `infra/kafka/acls.sh` uses.
 */
const { values } = parseArgs({
  options: {
    'bootstrap-server': { type: 'string' },
    'command-config': { type: 'string' },
    'allow-principal': { type: 'string' },
    add: { type: 'boolean' },
    operation: { type: 'string', multiple: true },
    topic: { type: 'string' },
    group: { type: 'string' },
    'resource-pattern-type': { type: 'string' },
  },
})

const configured = (name: string): string =>
  new RegExp(`^${name.replaceAll('.', '\\.')}=(.*)$`, 'm').exec(readFileSync(values['command-config'] ?? '', 'utf8'))?.[1] ?? ''

const operations: Readonly<Record<string, number>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Alter: AclOperationTypes.ALTER,
  Delete: AclOperationTypes.DELETE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  AlterConfigs: AclOperationTypes.ALTER_CONFIGS,
}

const operationOf = (name: string): number => {
  const found = operations[name]
  if (found === undefined) throw new Error(`unknown operation: ${name}`)
  return found
}

const kafka = new Kafka({
  brokers: [values['bootstrap-server'] ?? ''],
  logLevel: logLevel.NOTHING,
  ssl: { ca: readFileSync(configured('ssl.truststore.location'), 'utf8') },
  sasl: {
    mechanism: 'plain',
    username: /username="([^"]*)"/.exec(configured('sasl.jaas.config'))?.[1] ?? '',
    password: /password="([^"]*)"/.exec(configured('sasl.jaas.config'))?.[1] ?? '',
  },
})
const admin = kafka.admin()
await admin.connect()
await admin.createAcls({
  acl: (values.operation ?? []).map((operation) => ({
    resourceType: values.topic === undefined ? AclResourceTypes.GROUP : AclResourceTypes.TOPIC,
    resourceName: values.topic ?? values.group ?? '',
    resourcePatternType:
      values['resource-pattern-type'] === 'prefixed' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    principal: values['allow-principal'] ?? '',
    host: '*',
    operation: operationOf(operation),
    permissionType: AclPermissionTypes.ALLOW,
  })),
})
await admin.disconnect()
