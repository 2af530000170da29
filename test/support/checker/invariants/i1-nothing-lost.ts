import type { Entry } from '../../load/entry.ts'
import { isCommand } from '../is-command.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** I1: no confirmed command is lost: the room has its event at the confirmed seq, and a frame confirms its own command only. */
export const nothingLost: Invariant = ({ truth }) => {
  const findings = createFindings()
  /** The operations that are not settled yet: their commands and sockets. */
  const invoked = new Map<number, Readonly<Pick<Entry, 'command' | 'socket'>>>()

  const judgeConfirmation = ({ room, command, seq }: Readonly<Entry>): void => {
    const stands = truth.rooms.get(room)?.seqOf(command)
    if (stands === undefined) findings.add(`room ${room}: command ${command} was confirmed and is not stored`)
    else if (seq !== 0 && seq !== stands)
      findings.add(`room ${room}: command ${command} was confirmed at ${seq} and is stored at ${stands}`)
  }

  return {
    see: (entry) => {
      const { kind, event, socket, room, command, operation, code } = entry
      if (!isCommand(event)) return
      if (kind === 'invoked') invoked.set(operation, { command, socket })
      if (kind === 'ok' || (kind === 'frame' && operation !== 0)) judgeConfirmation(entry)
      const own = invoked.get(operation)
      if (kind === 'frame' && own !== undefined && (own.command !== command || own.socket !== socket))
        findings.add(`room ${room}: the frame of command ${command} has the id of another request, for ${own.command}`)
      if (kind === 'ok' || kind === 'failed' || code === 'closed') invoked.delete(operation)
    },
    verdict: () => findings,
  }
}
