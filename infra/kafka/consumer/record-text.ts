import type { IHeaders, KafkaMessage } from 'kafkajs'
import type { LogRecord } from '../../../shared/ports/command-log.ts'

/** A record as it lies on the topic. */
export interface OriginalRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
}

/** Of records whose texts do not say it all; they live as long as the record. */
const originals = new WeakMap<LogRecord, OriginalRecord>()

const replacement = '\uFFFD'

const textOf = (part: IHeaders[string] | null): string => {
  if (Array.isArray(part)) return textOf(part.at(-1))
  return part?.toString() ?? ''
}

const headerTexts = (headers: IHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, textOf(value)]))

const isWhole = (part: IHeaders[string] | null, text: string | undefined): boolean =>
  Buffer.isBuffer(part) && text?.includes(replacement) === false

const areWhole = (headers: IHeaders, texts: Readonly<Record<string, string>>): boolean =>
  Object.entries(headers).every(([name, value]) => isWhole(value, texts[name]))

/**
 * A record as text. Anybody may write to a topic: what is not UTF-8 reaches
 * handlers with U+FFFD in its place, and what is null as an empty text; of
 * several headers with one name the last counts. `originalOf` still has the bytes.
 */
export const readRecord = ({ key, value, headers = {}, offset }: KafkaMessage, partition: number): LogRecord => {
  const record = { key: textOf(key), value: textOf(value), headers: headerTexts(headers), partition, offset }
  const isAll = isWhole(key, record.key) && isWhole(value, record.value) && areWhole(headers, record.headers)
  if (!isAll) originals.set(record, { key, value, headers })
  return record
}

/** What was on the topic, to the byte. */
export const originalOf = (record: LogRecord): OriginalRecord =>
  originals.get(record) ?? { key: Buffer.from(record.key), value: Buffer.from(record.value), headers: { ...record.headers } }
