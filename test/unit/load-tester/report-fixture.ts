import type { LoadReport } from '../../load/report/load-report.ts'
import { usualShape } from '../../load/tester/presets.ts'
import { createLatencies } from '../../support/load/latencies.ts'

const latencies = (...times: readonly number[]) => {
  const recorded = createLatencies()
  for (const ms of times) recorded.record(ms)
  return recorded.summary()
}

/** The report of a successful run. */
export const goodReport: LoadReport = {
  startedAt: '2026-01-01T00:00:00.000Z',
  tookMs: 70_000,
  wasStopped: false,
  urls: ['ws://127.0.0.1:8080/ws'],
  seed: 7,
  workers: 1,
  shape: usualShape,
  totals: {
    sent: 1_000,
    sentAgain: 0,
    confirmed: 990,
    refused: 10,
    unsettled: 0,
    frames: 9_000,
    bytes: 3_000_000,
    connects: 100,
    failedConnects: 0,
  },
  refusedBy: { rate_limited: 10 },
  closedBy: {},
  latencies: { connect: latencies(5), stored: latencies(10, 20, 30), received: latencies(20, 40, 400) },
  seconds: [0, 1, 2].map((at) => ({
    at,
    open: 100,
    sent: 100,
    confirmed: 99,
    frames: 900,
    refused: 1,
    storedP50: 10,
    storedP99: 30,
    receivedP50: 20,
    receivedP99: 400,
    busy: 0.3,
  })),
  sendingFrom: 0,
  sendingTo: 2,
  busy: { mean: 0.3, most: 0.5 },
  verdict: { lost: 0, duplicated: 0, reordered: 0, gaps: 0, other: 0, problems: [] },
  thresholds: [],
  failedConditions: [],
  command: 'npm run load -- --url ws://127.0.0.1:8080/ws --seed 7',
}

/** The report of a run with a mix, of whose edits none was received. */
export const mixedReport: LoadReport = {
  ...goodReport,
  shape: { ...usualShape, mix: { messages: 90, reactions: 8, edits: 2 } },
  kinds: {
    messages: { sent: 900, confirmed: 890, refused: 10, stored: latencies(10, 20, 30), received: latencies(20, 40, 400) },
    reactions: { sent: 80, confirmed: 79, refused: 1, stored: latencies(15), received: latencies(45) },
    edits: { sent: 20, confirmed: 20, refused: 0, stored: latencies(70), received: latencies() },
  },
}

/** The report of a run in which users mark messages as read and type; no signal has arrived. */
export const ephemeralReport: LoadReport = {
  ...goodReport,
  shape: { ...usualShape, mix: { messages: 100, read: 'auto', typing: 'auto' } },
  ephemeral: {
    kinds: {
      read: { sent: 50, accepted: 49, dropped: 0, failed: 1, received: 120, latency: latencies(600, 900) },
      typing: { sent: 80, accepted: 70, dropped: 10, failed: 0, received: 0, latency: latencies() },
    },
    frames: 1_234,
    bytes: 56_789,
  },
}

/** The report of a run with a scenario. */
export const scenarioReport: LoadReport = {
  ...goodReport,
  scenario: {
    name: 'desk',
    model: 'open',
    flow: [{ do: 'join' }, { do: 'read-history' }, { do: 'think', time: '1s-5s' }, { do: 'send' }, { do: 'leave' }],
    iterations: { started: 10, completed: 8, failed: 1, dropped: 0, interrupted: 1 },
    failedBy: { 'join: rate_limited': 1 },
    actions: { join: latencies(30), 'read-history': latencies(10, 20), iteration: latencies(3_000) },
  },
}
