import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditReport } from '../../services/admin/audit/audit.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { cleanEnvironment, projectFolder, startService } from '../support/stack/replica.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

const run = promisify(execFile)

describe.skipIf(noStackReason())('admin audit', () => {
  let chat: Chat
  let room: string
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 1, writers: 1 })
    await using ann = await personOn(chat.gateways[0]?.url ?? '', freshName('ann'))
    ;({ room } = await ann.createChat('audited', []))
    for (const text of ['one', 'two', 'three']) await ann.say(room, text)
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  const audited = async (): Promise<{ readonly code: number; readonly report: AuditReport }> => {
    const env = { ...cleanEnvironment(), ...chat.environment('admin') }
    const options = { cwd: projectFolder, env, timeout: 90_000 }
    try {
      const { stdout } = await run(process.execPath, ['services/admin/main.ts', 'audit', '--json'], options)
      return { code: 0, report: JSON.parse(stdout) as AuditReport }
    } catch (error) {
      const { code, stdout } = error as { code: number; stdout: string }
      return { code, report: JSON.parse(stdout) as AuditReport }
    }
  }

  const change = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: chat.databaseUrl })
    await client.connect()
    await client.query(text)
    await client.end()
  }

  it('finds nothing in a consistent chat, and sends a canary through every partition', async () => {
    const { code, report } = await audited()
    expect(report.findings).toEqual({ count: 0, first: [] })
    expect(code).toBe(0)
    // Ann's room and the canaries'; their users; four events and two of each canary room, and of the users.
    expect(report.store).toEqual({ chats: 13, users: 2, events: 4 + 2 * 12 + 2, messages: 3 + 12, redacted: 0 })
    expect(report.canary.flights).toHaveLength(12)
    expect(report.stream.records).toBeGreaterThanOrEqual(report.store.events)
    expect(report.log.partitions).toBe(12)
  })

  it('repeats its check with --watch, and counts its findings', async () => {
    await using watching = await startService('audit', {
      entry: 'services/admin/main.ts',
      args: ['audit', '--watch', '--json'],
      env: chat.environment('admin'),
    })
    const metrics = await until(
      'the first round',
      async () => {
        const text = await (await fetch(`${watching.internalUrl}/metrics`)).text()
        return text.includes('chat_delivery_lag_seconds{stage="heard"}') && text
      },
      { withinMs: 60_000, everyMs: 200 },
    )
    expect(metrics).toMatch(/^chat_audit_rounds_total\{result="finished"\} [1-9]/m)
    for (const part of ['log', 'store', 'stream', 'canary'])
      expect(metrics).toContain(`chat_delivery_gap_total{part="${part}"} 0`)
    expect(metrics).toContain('chat_fan_out_up 1')
  })

  it('reports missing rows and ends with exit code 3', async () => {
    await change(`delete from message where chat_id = '${room}' and seq = 3`)
    await change(`delete from event where stream = '${room}' and seq = 2`)
    const { code, report } = await audited()
    expect(code).toBe(3)
    expect(report.findings.first.filter(({ where }) => where === room).map(({ part, what }) => `${part}: ${what}`)).toEqual([
      'store: 3 events from 1 to 4',
      'store: 2 numbered messages, but the last number is 3',
    ])
    await change(`delete from message where chat_id = '${room}' and seq = 4`)
    const again = await audited()
    expect(again.report.findings.first.map(({ what }) => what)).toContain('1 rows for 2 messages')
  })
})
