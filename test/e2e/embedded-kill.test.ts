import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openSocket } from '../support/client/chat-socket.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'

const folder = (): { readonly path: string; [Symbol.dispose](): void } => {
  const path = makeScratchFolder('data')
  return { path, [Symbol.dispose]: () => removeScratchFolder(path) }
}

describe('An embedded chat that is killed', () => {
  it('keeps everything that it confirmed, after five kills during writes', { timeout: 240_000 }, async () => {
    using data = folder()
    await using chat = await startEmbedded({ DATA_DIR: data.path })
    const name = freshName('ann')
    const confirmed: string[] = []
    let room: string | undefined
    for (let kill = 0; kill < 5; kill += 1) {
      const ann = await personOn(chat.url, name)
      room ??= (await ann.createChat('kept', [])).room
      const before = confirmed.length
      for (let burst = 0; burst < 40; burst += 1) {
        const id = randomUUID()
        ann.say(room, 'kept', id).then(
          () => confirmed.push(id),
          () => undefined,
        )
      }
      await until('some confirmations', () => confirmed.length >= before + 3, { withinMs: 20_000, everyMs: 1 })
      await chat.kill()
      await ann[Symbol.asyncDispose]()
      await chat.start()
    }
    await using ann = await personOn(chat.url, name)
    const history = await ann.history(room ?? '')
    expect(new Set(history.map(({ id }) => id)).isSupersetOf(new Set(confirmed))).toBe(true)
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 2))
    expect(new Set(history.map(({ id }) => id)).size).toBe(history.length)
  })

  it('does not share its folder: a second start names the process that holds it', async () => {
    using data = folder()
    await using chat = await startEmbedded({ DATA_DIR: data.path })
    const second = startEmbedded({ DATA_DIR: data.path })
    await expect(second).rejects.toThrow(
      new RegExp(`is in use by process ${chat.pid}, since .*: stop it, or choose another folder`),
    )
    await using ann = await personOn(chat.url, freshName('ann'))
    expect(ann.id).toEqual(expect.any(String))
  })
})

describe('An embedded chat that is stopped', () => {
  it('sends `drain`, closes its sockets with 1012, and ends with exit code 0', async () => {
    await using chat = await startEmbedded()
    const socket = await openSocket(chat.url)
    const stopped = chat.stop()
    expect((await socket.seen('the drain frame', ({ event }) => event === 'drain')).body).toEqual({ delay_ms: 0 })
    expect(await socket.closed).toEqual({ code: 1012, reason: 'service restart' })
    expect(await stopped).toBe(0)
  })

  it('refuses to start with only some of the variables of the distributed mode', async () => {
    await expect(
      startEmbedded({
        DATABASE_URL: 'postgres://localhost/x',
        REDIS_URL: 'redis://localhost',
        KAFKA_BROKERS: 'localhost:1',
        AUTH: 'off',
      }),
    ).rejects.toThrow('DATABASE_URL is for the distributed mode')
    await expect(startEmbedded({ DATABASE_URL: 'postgres://localhost/x' })).rejects.toThrow('REDIS_URL is missing')
  })
})
