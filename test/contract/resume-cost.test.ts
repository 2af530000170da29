import { randomUUID } from 'node:crypto'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { memoryCommandLog } from '../../infra/in-process/memory-command-log.ts'
import { memoryFanOut } from '../../infra/in-process/memory-fan-out.ts'
import { createGatewayCore } from '../../services/gateway/gateway-core.ts'
import { defaultLimits } from '../../shared/protocol/limits.ts'
import { defaultBounds } from '../../shared/runtime/config/bounds.ts'
import { defaultRates } from '../../shared/runtime/config/rates.ts'
import { defaultTimes } from '../../shared/runtime/config/times.ts'
import { createMetrics } from '../../shared/runtime/observability/metrics.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { openAdmission } from '../support/open-admission.ts'
import { until } from '../support/poll.ts'
import { recordingLog } from '../support/recording-log.ts'
import { noStackReason } from '../support/stack/shared-stack.ts'
import { openFresh } from './postgres/open-postgres.ts'
import { silentWire } from './silent-wire.ts'
import { append, chatCreated, messagePosted, userCreated } from './stored-chat.ts'

const roomCount = 500
const membersPerRoom = 20
const missed = 3

/** Every method of a port is one statement; `counted` is raised by each call. */
const counting = <Port extends object>(port: Port, count: () => void): Port =>
  new Proxy(port, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown
      return (...args: unknown[]) => {
        count()
        return method(...args)
      }
    },
  })

describe.skipIf(noStackReason())('ten thousand simultaneous resumes', () => {
  it('cost at most 500 statements, and each receives its missed events', { timeout: 120_000 }, async () => {
    await using opened = await openFresh()
    const members = Array.from({ length: roomCount * membersPerRoom }, (_, n) => ({ id: randomUUID(), name: `m${n}` }))
    const rooms = Array.from({ length: roomCount }, (_, n) => ({
      id: randomUUID(),
      users: members.slice(n * membersPerRoom, (n + 1) * membersPerRoom).map(({ id }) => id),
    }))
    for (let at = 0; at < members.length; at += 2_000) {
      await append(opened.store, ...members.slice(at, at + 2_000).map(({ id, name }) => userCreated(id, name)))
    }
    for (let at = 0; at < rooms.length; at += 100) {
      const events = rooms
        .slice(at, at + 100)
        .flatMap(({ id, users }) => [
          chatCreated(id, users),
          ...Array.from({ length: missed }, (_, n) => messagePosted(id, n + 2, users[0] ?? '')),
        ])
      await append(opened.store, ...events)
    }

    let statements = 0
    const count = (): void => {
      statements += 1
    }
    const log = recordingLog()
    const gatewayCore = createGatewayCore({
      commandLog: memoryCommandLog({ log, clock: systemClock }),
      eventStore: counting(opened.store, count),
      readModel: counting(opened.readModel, count),
      memberStates: counting(opened.memberStates, count),
      fanOut: memoryFanOut({ log }),
      clock: systemClock,
      metrics: createMetrics(new Registry()),
      log: { debug: () => {}, error: log.error },
      times: defaultTimes,
      bounds: defaultBounds,
      limits: defaultLimits,
      rates: defaultRates,
      gateway: randomUUID(),
      newId: randomUUID,
      random: Math.random,
    })
    const clients = rooms.flatMap(({ id, users }) => users.map((user) => ({ room: id, user, wire: silentWire() })))
    const names = new Map(members.map(({ id, name }) => [id, name]))
    for (const { room, user, wire } of clients) {
      const body = { user: { externalUserId: names.get(user) }, resume: { rooms: { [room]: 1 } } }
      gatewayCore.open(wire, openAdmission).receive(JSON.stringify({ event: 'create-user', id: 'r', body }))
    }
    await until('every answer', () => clients.every(({ wire }) => wire.texts.length >= 2 + missed), {
      withinMs: 60_000,
      everyMs: 50,
    })
    gatewayCore.stop()

    for (const { room, wire } of clients) {
      const frames = wire.texts.map((text) => JSON.parse(text))
      expect(frames.map(({ event, seq }) => seq ?? event)).toEqual(['create-user', 2, 3, 4, 'resume'])
      expect(frames.at(-1).body.rooms).toEqual({ [room]: { seq: missed + 1, recovered: true } })
    }
    expect(statements).toBeLessThanOrEqual(500)
    expect(statements).toBeGreaterThan(4)
  })
})
