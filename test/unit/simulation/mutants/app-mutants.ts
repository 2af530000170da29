import type { Mutant } from './mutant.ts'

const gateway = (file: string): string => `services/gateway/${file}.ts`

/** Mutants that the simulation of applications detects: the order of commands that are sent before the outcomes of earlier ones are known. */
export const appMutants: readonly Mutant[] = [
  {
    rule: 'a command is not published if the one that it requires was refused',
    module: gateway('requests/produce'),
    in: 'isBehindRefused',
    body: 'return false',
    shownBy: 22,
  },
  {
    rule: 'a refusal by the log marks the commands before the next batch is published',
    module: gateway('requests/produce'),
    in: 'publish',
    call: 'refuse',
    shownBy: 22,
  },
  {
    rule: 'a request that exceeds a limit counts as refused',
    module: gateway('session/session'),
    in: 'fail',
    call: 'noteRefused',
  },
  {
    rule: 'a client names the request before it',
    module: 'shared/client/outgoing-request.ts',
    in: 'pipelined',
    body: 'return request',
  },
  {
    rule: 'a client sends nothing of a room after a request that waits to be repeated',
    module: 'shared/client/scheduled-requests.ts',
    in: 'hasTurn',
    operand: 'isShut',
  },
]
