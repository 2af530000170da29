import type { LoadReport, Second } from '../report/load-report.ts'

/** A second in which nothing arrived has no latency. */
const latency = (ms: number): number | undefined => ms || undefined

/** The columns, with the unit in their names, and the values of a second. */
const columns: Readonly<Record<string, (second: Second) => number | undefined>> = {
  seconds: ({ at }) => at,
  open_sockets: ({ open }) => open,
  sent: ({ sent }) => sent,
  confirmed: ({ confirmed }) => confirmed,
  refused: ({ refused }) => refused,
  frames: ({ frames }) => frames,
  stored_p50_ms: ({ storedP50 }) => latency(storedP50),
  stored_p99_ms: ({ storedP99 }) => latency(storedP99),
  received_p50_ms: ({ receivedP50 }) => latency(receivedP50),
  received_p99_ms: ({ receivedP99 }) => latency(receivedP99),
  busy: ({ busy }) => busy,
  iterations: ({ iterations }) => iterations,
  active_users: ({ active }) => active,
}

const csvColumns = Object.keys(columns)

const rounded = (value: number | undefined): string => (value === undefined ? '' : String(Number(value.toFixed(3))))

/** One line for each second, after a line with the names of the columns (RFC 4180). */
export const csvOf = ({ seconds }: Pick<LoadReport, 'seconds'>): string =>
  [
    csvColumns.join(','),
    ...seconds.map((second) =>
      Object.values(columns)
        .map((value) => rounded(value(second)))
        .join(','),
    ),
  ]
    .map((line) => `${line}\r\n`)
    .join('')
