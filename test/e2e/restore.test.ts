import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPostgresBin } from '../../infra/native/tools.ts'
import { dump, withSession } from '../contract/postgres/session.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { stackImages } from '../testing/containers/stack-images.ts'

const run = promisify(execFile)
const readModelTables = ['app_user', 'chat', 'chat_member', 'message']

/** Runs a client tool of Postgres, from the server's container or folder: a tool older than the server refuses it. */
const postgresTool = (folder: string, name: string, ...args: string[]): Promise<unknown> => {
  if (stackKind() !== 'docker') return run(join(findPostgresBin() ?? '', name), args)
  const place = ['--network', 'host', '--volume', `${folder}:${folder}`, '--entrypoint', name]
  return run('docker', ['run', '--rm', ...place, stackImages().postgres, ...args])
}

/** The restore procedure of k8s/README.md, step by step. */
describe.skipIf(noStackReason())('A database that is restored from an older backup', () => {
  let chat: Chat
  const folder = mkdtempSync(join(tmpdir(), 'drill-'))
  const copy = join(folder, 'chat.dump')
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 1, writers: 1 })
  })
  afterAll(async () => {
    await chat[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  const url = (): string => chat.gateways[0]?.url ?? ''

  const loseAndRestore = async (): Promise<void> => {
    await withSession(chat.databaseUrl, (client) => client.query('drop schema public cascade; create schema public'))
    await postgresTool(folder, 'pg_restore', '--no-owner', '-d', chat.databaseUrl, copy)
  }

  const resumeOn = async (name: string, room: string, seq: number, epoch: string) => {
    const person: Person = await personOn(url(), name, { rooms: { [room]: seq }, epoch })
    const answer = await person.socket.seen('the answer to the resume', ({ event }) => event === 'resume')
    return {
      person,
      answer: answer.body as { rooms: Record<string, { recovered: boolean; reason?: string; seq: number }>; epoch: string },
    }
  }

  it('makes clients start over with the reason `epoch`, has a rebuilt read model, and takes new messages', {
    timeout: 120_000,
  }, async () => {
    const name = freshName('ann')
    const ann = await personOn(url(), name, { rooms: {} })
    const { epoch } = (await ann.socket.seen('the epoch', ({ event }) => event === 'resume')).body as { epoch: string }
    const { room } = await ann.createChat('before the loss', [])
    await ann.say(room, 'kept')
    await postgresTool(folder, 'pg_dump', '-Fc', '-d', chat.databaseUrl, '-f', copy)
    const lost = randomUUID()
    await ann.say(room, 'lost', lost)
    await ann.socket[Symbol.asyncDispose]()

    for (const replica of [...chat.gateways, ...chat.writers]) await replica.stop()
    await loseAndRestore()
    const before = await dump(chat.databaseUrl, readModelTables)
    await chat.admin('migrate')
    await chat.admin('restore')
    await chat.admin('rebuild')
    expect(await dump(chat.databaseUrl, readModelTables)).toEqual(before)
    for (const replica of [...chat.writers, ...chat.gateways]) await replica.start()

    const { person, answer } = await resumeOn(name, room, 3, epoch)
    await using back = person
    expect(answer.rooms[room]).toEqual({ seq: 2, recovered: false, reason: 'epoch' })
    expect(answer.epoch).not.toBe(epoch)
    expect((await back.history(room)).map(({ msg }) => msg)).toEqual(['kept'])

    // The sender still has the message, and retries it with the same id.
    expect((await back.say(room, 'lost', lost)).seq).toBe(3)
    const again = await resumeOn(name, room, 3, answer.epoch)
    await using third = again.person
    expect(again.answer.rooms[room]).toEqual({ seq: 3, recovered: true })
    expect((await third.history(room)).map(({ msg }) => msg)).toEqual(['kept', 'lost'])
  })

  it('gets no new epoch while a writer runs', async () => {
    await expect(chat.admin('restore')).rejects.toThrow(/a writer is running/)
  })
})
