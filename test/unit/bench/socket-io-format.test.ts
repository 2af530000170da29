import { describe, expect, it } from 'vitest'
import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import { socketIoFormat } from '../../bench/rivals/socket-io-format.ts'
import { viewOf } from '../../support/load/parse-frame.ts'
import { runIds } from '../../support/load/run-ids.ts'

const ids = runIds(77, 1_700_000_000_000)
const { parse, isPlain, request, reader } = socketIoFormat
const read = reader(ids)

describe('The wire format of Socket.IO', () => {
  it('reads an event by position as the parser does', () => {
    const frame = feedFrameText('new-message', ids.room(3), 9, JSON.stringify({ id: ids.command(4, 5.25), msg: 'hello' }))
    const text = `42["new-message",${frame}]`
    expect(read(Buffer.from(text))).toMatchObject(viewOf(parse(text), ids))
    expect(viewOf(parse(text), ids)).toMatchObject({ kind: 'feed', room: 3, command: 4, intendedMs: 5.25 })
    expect(isPlain(Buffer.from(text), 0)).toBe(true)
  })

  it('matches an acknowledgement to the operation or to the other request that it answers', () => {
    expect(request('21', 'new-message', '{"msg":"x"}', 'a-room')).toBe('4242["new-message","a-room",{"msg":"x"}]')
    expect(read(Buffer.from('4342[]'))).toMatchObject({ kind: 'answer', operation: 21 })
    expect(request('q21', 'create-user', '{}')).toBe('4243["create-user","",{}]')
    const answer = '4343[{"event":"create-user","body":{"user":{"id":"ann"}}}]'
    expect(read(Buffer.from(answer))).toBeUndefined()
    expect(parse(answer)).toEqual({ event: 'create-user', id: 'q21', body: { user: { id: 'ann' } } })
    expect(isPlain(Buffer.from(answer), 0)).toBe(false)
  })

  it('ignores the packets of the transport', () => {
    for (const packet of ['0{"sid":"x","upgrades":[]}', '40{"sid":"y"}', '2']) expect(parse(packet)).toEqual({ event: 'other' })
  })
})
