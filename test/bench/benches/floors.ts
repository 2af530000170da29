import { randomUUIDv7 } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { keyPartitioner } from '../../../infra/kafka/producer/partitioner.ts'
import type { Row } from '../harness/bench.ts'
import type { BenchStack } from '../harness/bench-stack.ts'
import type { CpuUse } from '../harness/measure.ts'
import { cpuText, measureCpu } from '../harness/measure.ts'

const batch = 500
const seconds = 5
const value = 'x'.repeat(340)

interface Floor {
  readonly name: string
  readonly perSecond: number
  readonly units: number
  readonly cpu: CpuUse
}

/** Repeats the work and counts the repetitions. */
const repeat = async (name: string, stack: BenchStack, work: () => Promise<unknown>): Promise<Floor> => {
  for (let warmUp = 0; warmUp < 20; warmUp += 1) await work()
  const end = measureCpu({ client: [process.pid], ...stack.parts })
  const until = performance.now() + seconds * 1_000
  let units = 0
  while (performance.now() < until) {
    await work()
    units += batch
  }
  const cpu = end()
  return { name, units, cpu, perSecond: units / cpu.seconds }
}

const produceFloor = async (stack: BenchStack): Promise<Floor> => {
  const topic = `${stack.freshNamespace()}.floor`
  const kafka = new Kafka({ brokers: [...stack.urls().kafkaBrokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.createTopics({ topics: [{ topic, numPartitions: 12 }], waitForLeaders: true })
  await admin.disconnect()
  const producer = kafka.producer({ createPartitioner: keyPartitioner() })
  await producer.connect()
  const rooms = Array.from({ length: 100 }, () => randomUUIDv7())
  const messages = Array.from({ length: batch }, (_, index) => ({ key: rooms[index % 100] ?? '', value }))
  try {
    return await repeat('kafkajs: produce in batches of 500, acks=-1, 12 partitions', stack, () =>
      producer.send({ topic, messages, acks: -1 }),
    )
  } finally {
    await producer.disconnect()
  }
}

const tables = `create table floor_event (stream uuid, seq bigint, data text, command_id uuid, primary key (stream, seq), unique (stream, command_id));
  create table floor_message (chat_id uuid, seq bigint, id uuid, created_at timestamptz, primary key (chat_id, seq), unique (chat_id, id));
  create index on floor_message (chat_id, created_at, seq)`
const insertEvents = 'insert into floor_event select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[])'
const insertMessages =
  'insert into floor_message select a, b, c, now() from unnest($1::uuid[], $2::bigint[], $3::uuid[]) as t (a, b, c)'

const insertFloor = async (stack: BenchStack): Promise<Floor> => {
  const client = new pg.Client({ connectionString: await stack.createDatabase() })
  await client.connect()
  await client.query(tables)
  const rooms = Array.from({ length: 100 }, () => randomUUIDv7())
  let seq = 0
  const insertBatch = async (): Promise<void> => {
    const streams = Array.from({ length: batch }, (_, index) => rooms[index % 100])
    const seqs = streams.map(() => {
      seq += 1
      return seq
    })
    const ids = streams.map(() => randomUUIDv7())
    await client.query('begin')
    await client.query({ name: 'events', text: insertEvents, values: [streams, seqs, streams.map(() => value), ids] })
    await client.query({ name: 'messages', text: insertMessages, values: [streams, seqs, ids] })
    await client.query('commit')
  }
  try {
    return await repeat('pg: insert of the same two rows by unnest, 500 a transaction', stack, insertBatch)
  } finally {
    await client.end()
  }
}

/** The throughput of the log and the store alone. */
export const measureFloors = async (stack: BenchStack, say: (line: string) => void) => {
  const floors = [await produceFloor(stack), await insertFloor(stack)]
  const rows: Row[] = floors.map(({ name, perSecond, units, cpu }) => ({
    what: `B4 floor, ${name}`,
    result: `${perSecond.toFixed(0)}/s; each costs ${cpuText(cpu, units)}`,
  }))
  for (const { what, result } of rows) say(`${what}: ${result}`)
  return { rows, data: floors }
}
