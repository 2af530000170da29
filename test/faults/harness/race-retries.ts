import { openSocket } from '../../support/client/chat-socket.ts'
import { nowMs } from '../../support/load/load-context.ts'
import type { World } from './world.ts'

/** Sends the same message concurrently on this many sockets of its user, on all gateways. Returns the answers. */
export const raceRetries = async (world: World, user: number, room: number, count: number): Promise<readonly string[]> => {
  const { load, chat } = world
  const { ids, next, history } = load.context
  const externalUserId = load.devices.get(user)?.externalId ?? ''
  const command = next.command()
  const body = { msg: 'the same', type: 'text', id: ids.command(command, nowMs()) }
  await using owned = new AsyncDisposableStack()
  const sockets = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = owned.use(await openSocket(chat.gateways[index % chat.gateways.length]?.url ?? ''))
      await socket.request('create-user', { user: { externalUserId } })
      return socket
    }),
  )
  history.append({ kind: 'invoked', at: nowMs(), event: 'new-message', user, room, command, operation: next.operation() })
  const answers = await Promise.all(sockets.map((socket) => socket.request('new-message', body, { room: ids.room(room) })))
  return answers.map((answer) => JSON.stringify(answer.error ?? answer.body))
}
