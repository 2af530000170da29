import type { Decision } from '../../../../services/writer/batch-state.ts'
import type { DecideAndAppendDeps } from '../../../../services/writer/decide-and-append.ts'
import { decideAndAppend } from '../../../../services/writer/decide-and-append.ts'
import { decideBatch } from '../../../../services/writer/decide-batch.ts'
import { readSetOf } from '../../../../services/writer/read-set.ts'
import { createRoomMemory } from '../../../../services/writer/room-memory.ts'
import type { Rejection } from '../../../../shared/domain/rejections.ts'
import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import type { ChatCommand } from '../../../../shared/room-events/room-events.ts'
import { append, userCreated } from '../../../contract/stored-chat.ts'
import type { RoleBody } from '../../../support/checker/role-fold.ts'
import { createRoleFold } from '../../../support/checker/role-fold.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { simulatedTruth } from '../world/simulated-truth.ts'
import { ruleCommands, ruleRoom, ruleUsers } from './rule-commands.ts'

/** Empty if every promise held. */
export interface RuleSimulation {
  readonly problems: readonly string[]
  /** The types of the stored events. */
  readonly types: ReadonlySet<string>
}

const moments = 300

/** Large enough for the room; a smaller one forgets it, so that its state is read from the store again. */
const memoryEntries = [0, 3, 1_000] as const

const opening: ChatCommand = {
  v: 1,
  type: 'CreateChat',
  stream: ruleRoom,
  id: ruleRoom,
  digest: 'created',
  user: ruleUsers[0] ?? '',
  at: '2026-01-01T00:00:00.000Z',
  body: { name: 'room', users: ruleUsers.slice(1, 4) },
}

/** Follows the decisions of a room, and reports each refusal that its rules do not demand. */
const createJudge = (say: (problem: string) => void) => {
  // `simulatedTruth` reports the stored events.
  const fold = createRoleFold(() => {})
  const events: StoredEvent[] = []
  let lastAt = opening.at

  /** A message that the rules permit is not refused, also at the millisecond at which a lower role ends. */
  const judgeRefusal = ({ type, user, at, id }: ChatCommand, { details }: Rejection): void => {
    const action = details?.action
    if (type !== 'PostMessage' || typeof action !== 'string') return
    if (fold.permits(user, action, at < lastAt ? lastAt : at)) say(`${id} was refused for ${action} against the rules`)
  }

  return {
    events,
    judge: (command: ChatCommand, decision: Decision | undefined): void => {
      if (decision?.kind === 'rejection') judgeRefusal(command, decision.rejection)
      if (decision?.kind !== 'event') return
      const { event } = decision
      const body = JSON.parse(event.data) as RoleBody
      fold.fold(event.name, event.seq, body)
      lastAt = body.created_at ?? lastAt
      events.push(event)
    },
  }
}

/**
 * Decides random commands of one room by the writer's steps, with a memory that sometimes forgets the room. A second
 * implementation of the rules judges each stored event, and each refused message. A seed replays a run.
 */
export const simulateRules = async (seed: number): Promise<RuleSimulation> => {
  const problems: string[] = []
  const random = seededRandom(seed)
  const { store } = memoryStore()
  await append(store, ...ruleUsers.map((id, n) => userCreated(id, `ext-${n}`)))
  const appender = await store.openAppender()
  const memory = createRoomMemory(random.pick(memoryEntries))
  const { judge, events } = createJudge((problem) => problems.push(problem))
  const deps: DecideAndAppendDeps = {
    appender,
    memory,
    decide: (commands, snapshot) => decideBatch(commands, snapshot, defaultLimits),
  }

  const decideAll = async (commands: readonly ChatCommand[]): Promise<void> => {
    const result = await decideAndAppend(deps, [{ commands, readSet: readSetOf(commands, defaultLimits.chatsPerUser) }])
    if (result === 'stale') throw new Error('an append was stale')
    for (const [index, command] of commands.entries()) judge(command, result[0]?.[index])
  }

  await decideAll([opening])
  const commands = ruleCommands(random)
  for (let moment = 0; moment < moments; moment += 1) {
    // The writer then reads the state of the users that the next commands name, and of others later.
    if (random.chance(0.1)) memory.take([ruleRoom])
    await decideAll(commands.next())
  }
  await appender.close()
  const users = new Map(ruleUsers.map((id, n) => [id, n]))
  const { flaws } = simulatedTruth(
    events.map((event) => ({ event, atMs: 0 })),
    0,
    users,
  )
  return { problems: [...problems, ...flaws.J5], types: new Set(events.map(({ type }) => type)) }
}
