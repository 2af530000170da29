import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ann, bob, room } from '../../../shared/protocol/example-values.ts'
import { firstLevel, supportedLevel } from '../../../shared/protocol/feature-level.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { requestEvents, requestSchemas } from '../../../shared/protocol/requests.ts'
import { chatCommandOf } from '../../../shared/records/command-of.ts'
import { readCommand, writeCommand } from '../../../shared/records/command-record.ts'
import { writeRoomPublication } from '../../../shared/records/publications.ts'
import { toStored } from '../../../shared/records/stored-event.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { allRoomEvents, roomEventNames, roomEvents } from '../../../shared/room-events/room-events.ts'
import { chatCreated, messagePosted, usersAdded, usersRemoved, written } from '../../contract/stored-chat.ts'

const at = '2026-11-24T15:45:02.225Z'
const id = '01a20e3b-6118-71bb-b4a7-7994445f6df1'

/** The commands of version 1, and the text in which its gateways write them. */
const versionOne: readonly (readonly [text: string, command: Command])[] = [
  [
    `{"v":1,"type":"CreateChat","room":"${room}","id":"${room}","body":{"name":"Lunch","users":["${bob}"]},"digest":"d","user":"${ann}","at":"${at}"}`,
    { v: 1, type: 'CreateChat', stream: room, id: room, body: { name: 'Lunch', users: [bob] }, digest: 'd', user: ann, at },
  ],
  [
    `{"v":1,"type":"PostMessage","room":"${room}","id":"${id}","body":{"msg":"Hi","type":"text"},"digest":"d","user":"${ann}","at":"${at}"}`,
    { v: 1, type: 'PostMessage', stream: room, id, body: { msg: 'Hi', type: 'text' }, digest: 'd', user: ann, at },
  ],
  [
    `{"v":1,"type":"AddUsers","room":"${room}","id":"${id}","body":{"users":["${bob}"]},"digest":"d","user":"${ann}","at":"${at}"}`,
    { v: 1, type: 'AddUsers', stream: room, id, body: { users: [bob] }, digest: 'd', user: ann, at },
  ],
  [
    `{"v":1,"type":"RemoveUsers","room":"${room}","id":"${id}","body":{"users":["${bob}"]},"digest":"d","user":"${ann}","at":"${at}"}`,
    { v: 1, type: 'RemoveUsers', stream: room, id, body: { users: [bob] }, digest: 'd', user: ann, at },
  ],
  [
    `{"v":1,"type":"CreateUser","room":"ext-ann","id":"${id}","digest":"d","at":"${at}","body":{"externalUserId":"ext-ann"}}`,
    { v: 1, type: 'CreateUser', stream: 'ext-ann', id, digest: 'd', at, body: { externalUserId: 'ext-ann' } },
  ],
]

describe('A command on the log', () => {
  it.each(versionOne)('is written as version 1 writes it, and read as version 1 wrote it: %s', (text, command) => {
    expect(writeCommand(command)).toBe(text)
    expect(readCommand(text)).toEqual(command)
  })

  it('is read without the fields that a later version adds', () => {
    const [text, command] = versionOne[1] ?? ['', undefined]
    const later = text.replace('"type":"text"', '"type":"text","colour":{}').replace('"v":1', '"v":1,"priority":7')
    expect(later).not.toBe(text)
    expect(readCommand(later)).toEqual(command)
  })
})

describe('The digest of a command', () => {
  const source = { newId: () => id, now: () => at }

  it.each([
    [{ event: 'new-message', room, body: { msg: 'Hungry?', type: 'text', id } }, 'fFFfcet1HeIbukDOhaKX2e'],
    [{ event: 'create-chat', body: { chat: { name: 'Lunch', id: room }, users: [bob] } }, 'qfd5k7rgIo4xa0EJrqRLXJ'],
    [{ event: 'add-users', room, body: { users: [bob], id } }, 'o0jtjdhvpouyAjNfocNfH3'],
    [{ event: 'remove-users', room, body: { users: [bob], id } }, 'cSVf49piOVDlL2QWFb0D4k'],
  ] as const)('is the one that version 1 makes: $event', (request, digest) => {
    const read = requestSchemas(defaultLimits)[request.event].parse(request)
    expect(chatCommandOf(read, ann, source).digest).toBe(digest)
  })

  it('cannot change with the version, because no request has a field with a default', () => {
    const schemas = requestSchemas(defaultLimits)
    const withDefault = requestEvents.filter((event) =>
      JSON.stringify(z.toJSONSchema(schemas[event], { io: 'input' })).includes('"default":'),
    )
    expect(withDefault).toEqual([])
  })
})

/** The header of a room's publication, as version 1 reads it. */
const versionOneHeader = z.object({
  v: z.literal(1),
  room: z.guid(),
  of: z.array(
    z.tuple(
      [z.int().min(1), z.enum(['create-chat', 'new-message', 'add-users', 'remove-users']), z.string(), z.string()],
      z.unknown(),
    ),
  ),
})

describe('The publication of the four events of version 1', () => {
  const stored = [
    chatCreated(room, [ann, bob]),
    messagePosted(room, 2, ann),
    usersAdded(room, 3, [bob]),
    usersRemoved(room, 4, [bob]),
  ].map((event) => toStored(written(event)))
  const events = stored.map(({ seq, name, membership, commandId, digest }) => ({
    seq,
    event: name,
    membership,
    commandId,
    digest,
  }))
  const [header = ''] = writeRoomPublication({ room, events }, 100_000).split('\n')

  it('is read by a gateway of version 1', () => {
    const read = versionOneHeader.parse(JSON.parse(header))
    expect(read.of.map(([seq, event]) => [seq, event])).toEqual(stored.map(({ seq, name }) => [seq, name]))
  })

  it('has a flag for each event that changes the membership, and no byte more for a message', () => {
    const { of } = JSON.parse(header) as { of: unknown[][] }
    expect(of.map((entry) => entry.slice(4))).toEqual([['adds'], [], ['adds'], ['removes']])
  })
})

describe('The table of room events', () => {
  it('holds each event under its own name', () => {
    expect(roomEventNames).toEqual(allRoomEvents.map(({ name }) => name))
  })

  it('gives each event a command and a type that no other has', () => {
    const names = allRoomEvents.flatMap(({ command, event }) => [command, event])
    expect(new Set(names).size).toBe(names.length)
  })

  it('has no event of a level that this version does not support', () => {
    const levels = allRoomEvents.map(({ level }) => level)
    expect(levels.filter((level) => level < firstLevel || level > supportedLevel)).toEqual([])
  })

  it('has the events of version 1 at the first level', () => {
    for (const name of ['create-chat', 'new-message', 'add-users', 'remove-users'] as const)
      expect(roomEvents[name].level).toBe(firstLevel)
  })
})
