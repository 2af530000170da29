import type { KafkaLog } from '../../../infra/kafka/driver/kafka-log.ts'

/** A log that keeps what it is told, for tests; but for what is only for debugging. */
export const keepingKafkaLog = (): KafkaLog & { readonly lines: readonly string[] } => {
  const lines: string[] = []
  const keep = (fields: object, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`)
  return { lines, debug: () => {}, info: keep, warn: keep, error: keep }
}
