import { randomUUID } from 'node:crypto'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { errorFrame } from '../../shared/protocol/answers.ts'
import { callEvents } from '../../shared/protocol/call-events.ts'
import { freshName, personOn } from '../support/client/person.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asService, asUser, fromElsewhere } from './guarded-chat.ts'

type Headers = Readonly<Record<string, string>>

interface Answered {
  readonly status: number
  readonly headers: globalThis.Headers
  readonly value: {
    readonly event?: string
    readonly body?: Readonly<Record<string, unknown>>
    readonly error?: { readonly code: string; readonly message: string; readonly details?: object; readonly retryable: boolean }
  }
}

const send = async (url: string, event: string, body: string | Buffer, headers: Headers, method = 'POST'): Promise<Answered> => {
  const place = `${url.replace(/^ws/, 'http').replace(/\/ws$/, '/api/v1/')}${event}`
  const response = await fetch(place, { method, headers, ...(method === 'GET' ? {} : { body: body as string }) })
  return {
    status: response.status,
    headers: response.headers,
    value: response.status === 204 ? {} : ((await response.json()) as Answered['value']),
  }
}

interface Described {
  readonly paths: Readonly<Record<string, { readonly post: { readonly responses: Readonly<Record<string, Media>> } }>>
}
interface Media {
  readonly content: { readonly 'application/json': { readonly schema: object } }
}

/** Deviations of an answer from the OpenAPI document of the service. */
const describedBy = (document: Described) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(document, 'document')
  return (event: string, { status, value }: Answered): readonly unknown[] => {
    const place = `/api/v1/${event}`
    const schema = document.paths[place]?.post.responses[status]?.content['application/json'].schema
    if (schema === undefined) return [`${event}: the document has no status ${status}`]
    const pointer = `document#/paths/${place.replaceAll('/', '~1')}/post/responses/${status}/content/application~1json/schema`
    return ajv.validate(pointer, value) ? [] : (ajv.errors ?? [])
  }
}

const idOf = (value: unknown): string => (value as { readonly id: string }).id

const noRoom = randomUUID()
const message = { msg: 'hello', type: 'text' }

export const apiSuite = (open: () => GuardedChat): void => {
  const url = (): string => open().urls[0]
  let service: Headers
  let flawsOf: ReturnType<typeof describedBy>
  beforeAll(async () => {
    const { value } = await send(url(), 'openapi.json', '', {}, 'GET')
    flawsOf = describedBy(value as unknown as Described)
    service = { ...(await asService()), ...fromElsewhere(), 'content-type': 'application/json' }
  })
  /** Sends a request and checks the answer to a known event against the document. */
  const ask = async (event: string, body: string | Buffer, headers: Headers, to = url()): Promise<Answered> => {
    const answered = await send(to, event, body, headers)
    if ((callEvents as readonly string[]).includes(event)) expect(flawsOf(event, answered)).toEqual([])
    return answered
  }
  const call = (event: string, frame: unknown, headers = service, to = url()): Promise<Answered> =>
    ask(event, JSON.stringify(frame), headers, to)

  const makeUser = async (name = freshName('api')): Promise<string> => {
    const { value } = await call('create-user', { body: { user: { externalUserId: name } } })
    return idOf(value.body?.user)
  }
  const makeChat = async (creator: string, users: readonly string[]): Promise<string> => {
    const { value } = await call('create-chat', { as: creator, body: { chat: { name: 'api' }, users } })
    return idOf(value.body?.chat)
  }

  describe('the HTTP API', () => {
    it('handles the requests of a back end like those of a socket, and sockets receive the events', async () => {
      const name = freshName('ann')
      await using ann = await personOn(open().urls.at(-1) ?? url(), name, undefined, {
        ...(await asUser(name)),
        ...fromElsewhere(),
      })
      const bob = await makeUser()
      const room = await makeChat(bob, [ann.id])
      const id = randomUUID()
      const posted = await call('new-message', { as: bob, room, body: { ...message, id } })
      expect(posted).toMatchObject({ status: 200, value: { event: 'new-message', body: { id, ...message, user_id: bob } } })
      expect(posted.headers.get('cache-control')).toBe('no-store')
      expect((await ann.feedTo(room, 2)).at(-1)).toMatchObject({ event: 'new-message', body: posted.value.body })
      const cyd = await makeUser()
      expect((await call('add-users', { as: bob, room, body: { users: [cyd] } })).value.body).toMatchObject({ users: [cyd] })
      expect((await call('remove-users', { as: bob, room, body: { users: [cyd] } })).value.body).toMatchObject({ users: [cyd] })
      const listed = await call('list-messages', { as: bob, body: { chat: { id: room } } })
      expect(listed.value.body?.messages).toMatchObject([{ id, seq: 2 }])
      expect((await call('list-chats', { as: bob, body: { user: { id: bob } } })).value.body?.chats).toMatchObject([{ id: room }])
      expect((await call('get-users', { body: { externalUserIds: [name] } })).value.body?.users).toMatchObject([{ id: ann.id }])
      expect((await ann.feedTo(room, 4)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    })

    it('changes profiles, opens direct chats and blocks for the user whom it names', async () => {
      const [ann, bob] = [await makeUser(), await makeUser()]
      const renamed = await call('update-user', { as: ann, body: { user: { name: 'Ann', data: { a: 1 } } } })
      expect(renamed).toMatchObject({ status: 200, value: { body: { user: { id: ann, name: 'Ann', data: { a: 1 } } } } })
      const opening = (by: string, other: string) => call('create-chat', { as: by, body: { users: [other], direct: true } })
      const [one, other] = await Promise.all([opening(ann, bob), opening(bob, ann)])
      expect(one.value.body).toEqual(other.value.body)
      const { value: listed } = await call('list-chats', { as: bob, body: { user: { id: bob } } })
      expect(listed.body?.chats).toMatchObject([{ direct: true, peer: { id: ann, name: 'Ann' } }])
      const cyd = await makeUser()
      await call('set-block', { as: cyd, body: { user: ann } })
      expect(await opening(ann, cyd)).toMatchObject({ status: 403, value: { error: { details: { action: 'direct' } } } })
      expect((await call('list-blocks', { as: cyd, body: {} })).value.body?.blocks).toMatchObject([{ user_id: ann }])
    })

    it('names members by their external ids', async () => {
      const [bobName, cydName] = [freshName('bob'), freshName('cyd')]
      const [ann, bob, cyd] = [await makeUser(), await makeUser(bobName), await makeUser(cydName)]
      const users = [{ externalUserId: bobName }]
      const created = await call('create-chat', { as: ann, body: { chat: { name: 'api' }, users } })
      expect(created.value.body?.chat).toMatchObject({ users: [ann, bob] })
      const room = idOf(created.value.body?.chat)
      const added = await call('add-users', { as: ann, room, body: { users: [{ externalUserId: cydName }] } })
      expect(added.value.body).toMatchObject({ users: [cyd] })
      const removed = await call('remove-users', { as: ann, room, body: { users } })
      expect(removed.value.body).toMatchObject({ users: [bob] })
      const nobody = freshName('nobody')
      const refused = await call('add-users', { as: ann, room, body: { users: [{ externalUserId: nobody }] } })
      expect(refused).toMatchObject({ status: 422, value: { error: { details: { externalUserIds: [nobody] } } } })
    })

    it('stores a retried request once, on any gateway', async () => {
      const bob = await makeUser()
      const room = await makeChat(bob, [bob])
      const frame = { as: bob, room, body: { ...message, id: randomUUID() } }
      const first = await call('new-message', frame)
      const again = await call('new-message', frame, service, open().urls.at(-1))
      expect(again).toMatchObject({ status: 200, value: first.value })
      const other = await call('new-message', { ...frame, body: { ...frame.body, msg: 'other' } })
      expect(other).toMatchObject({ status: 409, value: { error: { code: 'conflict' } } })
      expect((await call('list-messages', { as: bob, body: { chat: { id: room } } })).value.body?.messages).toHaveLength(1)
    })

    it('gives the same error for a room of other users and for a missing room', async () => {
      const [bob, eve] = [await makeUser(), await makeUser()]
      const room = await makeChat(bob, [bob])
      const answers = await Promise.all([room, noRoom].map((each) => call('new-message', { as: eve, room: each, body: message })))
      const lists = await Promise.all([room, noRoom].map((id) => call('list-messages', { as: eve, body: { chat: { id } } })))
      for (const [one, other] of [answers, lists]) {
        expect(one).toMatchObject({ status: 403, value: { error: { code: 'forbidden' } } })
        expect(other?.value).toEqual(one?.value)
      }
    })

    it.each([
      ['a request without a token', async () => ({}), 401, 'unauthenticated'],
      ['a user', () => asUser(freshName('ann')), 403, 'forbidden'],
      ['an invalid token', async () => ({ Authorization: 'Bearer x' }), 401, 'unauthenticated'],
      ['a page of another origin', async () => ({ ...(await asService()), Origin: 'https://evil.example' }), 403, 'forbidden'],
    ])('refuses %s', async (_, headers, status, code) => {
      for (const event of callEvents) {
        const answer = await call(
          event,
          { body: {} },
          { 'content-type': 'application/json', ...fromElsewhere(), ...(await headers()) },
        )
        expect(answer).toMatchObject({ status, value: { event, error: { code } } })
      }
    })

    it.each([
      ['without an acting user', 'new-message', { room: noRoom, body: message }, 400, 'unbound', undefined],
      ['without a body', 'create-user', {}, 400, 'invalid', 'body'],
      [
        'with an unknown field',
        'create-user',
        { body: { user: { externalUserId: 'a', role: 'x' } } },
        400,
        'invalid',
        'body.user.role',
      ],
      ['with an event', 'create-user', { event: 'ping', body: {} }, 400, 'invalid', 'event'],
      ['with an id', 'create-user', { id: 'x', body: {} }, 400, 'invalid', 'id'],
      ['with `after`', 'new-message', { room: noRoom, after: noRoom, body: message }, 400, 'invalid', 'after'],
      [
        'with a resume',
        'create-user',
        { body: { user: { externalUserId: 'a' }, resume: { rooms: {} } } },
        400,
        'invalid',
        'body.resume',
      ],
      ['of a list', 'create-user', [], 400, 'invalid', 'frame'],
      [
        'with an `as` that is not an id',
        'create-chat',
        { as: 'ann', body: { chat: { name: 'x' }, users: [noRoom] } },
        400,
        'invalid',
        'as',
      ],
      [
        'for users with invalid ids',
        'create-chat',
        { as: noRoom, body: { chat: { name: 'x' }, users: [noRoom] } },
        422,
        'unknown_user',
        undefined,
      ],
      ['for an event without an HTTP route', 'ping', { body: {} }, 404, 'unknown_event', undefined],
      ['without an event in the path', '', { body: {} }, 404, 'unknown_event', undefined],
      ['for __proto__', '__proto__', { body: {} }, 404, 'unknown_event', undefined],
    ])('refuses a request %s', async (_, event, frame, status, code, field) => {
      const { status: got, value } = await call(event, frame)
      expect([got, value.error?.code]).toEqual([status, code])
      expect(errorFrame.safeParse(value).error).toBeUndefined()
      if (field !== undefined) expect(value.error?.details).toMatchObject({ field })
    })

    it.each([
      ['no JSON', '{"body":', {}, 400],
      ['text that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 413],
      ['more than a frame may have', JSON.stringify({ body: 'x'.repeat(100_000) }), {}, 413],
      ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['plain text', '{}', { 'content-type': 'text/plain' }, 415],
    ])('refuses %s', async (_, body, headers, expected) => {
      const { status, value } = await ask('create-user', body, { ...service, ...headers })
      expect([status, value.error?.code]).toEqual([expected, 'invalid'])
      expect((await call('get-users', { body: { users: [noRoom] } })).status).toBe(200)
    })

    it('refuses other methods', async () => {
      const answer = await send(url(), 'create-user', '', service, 'GET')
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('POST')
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    })

    it.each([
      ['https://app.example.com', 'https://app.example.com'],
      ['https://evil.example', null],
    ])('lets only pages of accepted origins read its answers: %s', async (Origin, expected) => {
      const preflight = await send(url(), 'get-users', '', { Origin }, 'OPTIONS')
      const refusedToken = await send(url(), 'get-users', '', { Origin, Authorization: 'Bearer x' })
      for (const { headers } of [preflight, refusedToken]) expect(headers.get('access-control-allow-origin')).toBe(expected)
      expect(preflight.status).toBe(204)
      expect(preflight.headers.get('access-control-allow-headers')).toBe(expected === null ? null : 'authorization, content-type')
      expect(refusedToken.status).toBe(expected === null ? 403 : 401)
    })

    it('states the reason of a refused connection in a sentence', async () => {
      const { value } = await send(url(), 'get-users', '', { Authorization: 'Bearer x' })
      expect(value.error).toMatchObject({
        code: 'unauthenticated',
        message: 'the token is not a JWT that a known key signed',
        details: { refusal: 'token_invalid' },
      })
    })

    it('serves its OpenAPI document', async () => {
      const { status, value } = await send(url(), 'openapi.json', '', {}, 'GET')
      expect(status).toBe(200)
      expect(Object.keys((value as { paths?: object }).paths ?? {})).toEqual(callEvents.map((event) => `/api/v1/${event}`))
    })
  })
}
