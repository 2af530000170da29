import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { newId } from '../../../../shared/client/new-id.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import type { Person } from '../../../support/client/person.ts'
import { personOn } from '../../../support/client/person.ts'
import type { SmallChat } from '../../small-chat.ts'
import { startSmallChat } from '../../small-chat.ts'

/** As the JSON libraries of Python and PHP write text by default. */
const escaped = (value: object): string =>
  JSON.stringify(value).replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

describe('A request as other JSON libraries write it', () => {
  let chat: SmallChat
  let ann: Person
  let room: string
  beforeAll(async () => {
    chat = await startSmallChat()
    ann = await personOn(chat.url, 'ann')
    room = (await ann.createChat('letters', [])).room
  })
  afterAll(async () => {
    await ann[Symbol.asyncDispose]()
    await chat[Symbol.asyncDispose]()
  })

  /** Sends one text on a socket of its own, and returns the answer. */
  const answerTo = async (text: string): Promise<unknown> => {
    const socket = new WebSocket(chat.url)
    await once(socket, 'open')
    const closed = once(socket, 'close')
    socket.send(text)
    const [first] = (await Promise.race([once(socket, 'message'), closed])) as unknown[]
    socket.close()
    await closed
    return typeof first === 'number' ? `closed with ${first}` : JSON.parse(String(first))
  }
  const longest = '界'.repeat(defaultLimits.msgChars)

  it('may hold the longest message with every character escaped', async () => {
    const body = { msg: longest, type: 'text', id: newId() }
    const answer = await answerTo(escaped({ event: 'new-message', id: '1', as: ann.id, room, body }))
    expect(answer).toMatchObject({ event: 'new-message', id: '1', body: { msg: longest } })
  })

  it('may hold the longest message with every character escaped, over HTTP', async () => {
    const text = escaped({ as: ann.id, room, body: { msg: longest, type: 'text', id: newId() } })
    const headers = { 'content-type': 'application/json' }
    const url = `${chat.url.replace(/^ws/, 'http').replace(/ws$/, 'api/v1/new-message')}`
    const answer = await fetch(url, { method: 'POST', headers, body: text })
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ event: 'new-message' })])
  })

  it('may write an absent optional field as null', async () => {
    const body = { msg: 'hi', type: 'text', id: null }
    expect(await answerTo(JSON.stringify({ event: 'new-message', id: null, as: ann.id, room, body }))).toMatchObject({
      event: 'new-message',
      body: { msg: 'hi' },
    })
  })

  it('is refused under its id if that is a number', async () => {
    expect(await answerTo('{"event":"ping","id":7,"body":{}}')).toMatchObject({
      event: 'ping',
      id: 7,
      error: { code: 'invalid', message: 'id: must be a string' },
    })
  })
})
