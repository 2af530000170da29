import type { LoadReport } from './load-report.ts'

const seconds = (ms: number): string => `${ms / 1_000}s`

/** The command that repeats this run, without tokens, because reports are shared. */
export const commandLine = ({ urls, shape, seed, workers }: LoadReport): string =>
  [
    'npm run load --',
    ...urls.map((url) => `--url ${url}`),
    `--users ${shape.users} --rooms ${shape.rooms} --room-size ${shape.roomSize} --message-size ${shape.messageSize}`,
    `--rate ${shape.rate} --duration ${seconds(shape.durationMs)} --ramp ${seconds(shape.rampMs)}`,
    ...(shape.slowReaders > 0 ? [`--slow-readers ${shape.slowReaders}`] : []),
    ...(shape.dropsPerSecond > 0 ? [`--drops ${shape.dropsPerSecond}`] : []),
    `--workers ${workers} --seed ${seed}`,
  ].join(' ')
