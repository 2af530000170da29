import type { Admission } from '../../../../services/gateway/admission/admission.ts'
import type { Session } from '../../../../services/gateway/session/session.ts'
import { supportedLevel } from '../../../../shared/protocol/feature-level.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import type { Received } from '../../simulation/world/simulated-socket.ts'
import type { GatewayRig, RigClient } from '../gateway-rig.ts'
import { gatewayRig } from '../gateway-rig.ts'

/** The id of the chat that the rig creates. */
export const room = '01a20e3b-6111-7eb9-a052-16a1449e88a0'

/** A bound socket of a member. */
export interface Member {
  readonly id: string
  readonly client: RigClient
}

/** A gateway at the newest feature level, with one chat. */
export interface SignalRig {
  readonly rig: GatewayRig
  readonly members: readonly Member[]
  /** Sends a request and resolves with the body of its answer, or with the code of its error. */
  ask(member: Member, event: string, body: object, room?: string): Promise<unknown>
  /** Adds another socket of a user. */
  device(externalUserId: string, admission?: Partial<Admission>): Promise<Member>
  session(member: Member): Session
}

let asked = 0

/** The pushes of one event that a socket has received. */
export const pushes = ({ client }: Member, event: string): readonly Received[] =>
  client.frames.filter((frame) => frame.event === event && frame.id === undefined && frame.seq === undefined)

/** The bodies of these pushes. */
export const pushed = (member: Member, event: string): readonly (Record<string, unknown> | undefined)[] =>
  pushes(member, event).map(({ body }) => body)

export const signalRig = async (names: readonly string[], options: Parameters<typeof gatewayRig>[0] = {}): Promise<SignalRig> => {
  const memory = memoryStore()
  memory.raiseLevel(supportedLevel)
  const rig = await gatewayRig({ memory, ...options })
  const members: Member[] = []
  const device: SignalRig['device'] = (name, admission) => rig.bound(name, admission)
  for (const name of names) members.push(await device(name))
  const users = members.map(({ id }) => id)
  members[0]?.client.send({ event: 'create-chat', body: { chat: { name: 'room', id: room }, users } })
  await rig.settle()
  await rig.write()
  await rig.settle()

  const ask: SignalRig['ask'] = async ({ client }, event, body, inRoom) => {
    asked += 1
    const id = `asked-${asked}`
    client.send({ event, id, body, ...(inRoom === undefined ? {} : { room: inRoom }) })
    await rig.settle()
    if (rig.log.length > 0) await rig.write()
    await rig.settle()
    const answer = client.frames.find((frame) => frame.id === id)
    return answer?.error?.code ?? answer?.body
  }

  const session = (member: Member): Session => {
    const found = [...rig.gatewayCore.sessions()].filter(({ user }) => user === member.id).at(-1)
    if (found === undefined) throw new Error('the session has ended')
    return found
  }

  return { rig, members, ask, device, session }
}
