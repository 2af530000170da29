import { describe, expect, it } from 'vitest'
import type { ProbedSession } from '../../../../infra/postgres/connection/direct-session.ts'
import { judgeSession } from '../../../../infra/postgres/connection/direct-session.ts'

const settings = { plan_cache_mode: 'force_generic_plan', idle_in_transaction_session_timeout: '5000' }

interface Server {
  /** The server process that runs the next statement of a connection. */
  readonly serving: (connection: number, isInTransaction: boolean) => number
  readonly given?: (connection: number) => number
  readonly settings?: Readonly<Record<string, string>>
}

/** The judgement of connections to a server, or to a pooler, with this behaviour. */
const judged = async ({ serving, given = serving as (connection: number) => number, ...server }: Server) => {
  let opened = 0
  let closed = 0
  const open = async (): Promise<ProbedSession> => {
    const connection = opened
    opened += 1
    let isInTransaction = false
    return {
      givenPid: given(connection),
      servingPid: async () => serving(connection, isInTransaction),
      begin: async () => {
        isInTransaction = true
      },
      setting: async (name) => (server.settings ?? settings)[name as keyof typeof settings],
      close: async () => {
        closed += 1
      },
    }
  }
  const kind = await judgeSession(open, 5_000)
  expect(closed).toBe(opened)
  return { kind, opened }
}

describe('the judgement of a database connection', () => {
  it('is `direct` where the server process is the one that the connection was given', async () => {
    expect(await judged({ serving: (connection) => 100 + connection })).toEqual({ kind: 'direct', opened: 1 })
  })

  it('is `shared` where a second connection gets the server process of the first', async () => {
    const { kind } = await judged({ serving: () => 100, given: () => 7 })
    expect(kind).toBe('shared')
  })

  it('is `shared` where the first connection loses its server process to the second', async () => {
    let isTaken = false
    const serving = (connection: number, isInTransaction: boolean): number => {
      isTaken ||= isInTransaction
      return connection === 0 && isTaken ? 101 : 100 + connection * 2
    }
    expect((await judged({ serving, given: () => 7 })).kind).toBe('shared')
  })

  it('is `pooled` where each connection keeps a server process that it was not given', async () => {
    const { kind } = await judged({ serving: (connection) => 100 + connection, given: () => 7 })
    expect(kind).toBe('pooled')
  })

  it.each([
    ['plan_cache_mode', 'auto'],
    ['idle_in_transaction_session_timeout', '0'],
  ])('is `lost` where %s is %s', async (name, value) => {
    const { kind } = await judged({ serving: () => 100, settings: { ...settings, [name]: value } })
    expect(kind).toBe('lost')
  })
})
