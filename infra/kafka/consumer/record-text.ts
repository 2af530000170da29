import type { IHeaders, KafkaMessage } from 'kafkajs'
import type { LogRecord } from '../../../shared/ports/command-log.ts'

/** A record as stored on the topic. */
export interface OriginalRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
}

/** The bytes of records that text cannot represent; kept as long as the record. */
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
 * A record as text. Other programs may write to a topic: bytes that are not
 * UTF-8 are replaced by U+FFFD, null becomes an empty text, and of several
 * headers with one name the last is used. `originalOf` returns the bytes.
 */
export const readRecord = ({ key, value, headers = {}, offset }: KafkaMessage, partition: number): LogRecord => {
  const record = { key: textOf(key), value: textOf(value), headers: headerTexts(headers), partition, offset }
  const isAll = isWhole(key, record.key) && isWhole(value, record.value) && areWhole(headers, record.headers)
  if (!isAll) originals.set(record, { key, value, headers })
  return record
}

/** The bytes of the record on the topic. */
export const originalOf = (record: LogRecord): OriginalRecord =>
  originals.get(record) ?? { key: Buffer.from(record.key), value: Buffer.from(record.value), headers: { ...record.headers } }
