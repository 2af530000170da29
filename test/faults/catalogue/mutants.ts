import type { InvariantName } from '../../support/checker/check.ts'
import type { Environment } from '../../support/stack/replica.ts'
import type { Fault } from '../harness/fault.ts'
import type { gatewayMutants } from '../programs/gateway-mutants.ts'
import type { writerMutants } from '../programs/writer-mutants.ts'
import { allFaults } from './all-faults.ts'
import { livingMix } from './few-faults.ts'
import { doomedWriter } from './writers.ts'

/** A defence that is removed, to show that the checker detects it. */
export interface Mutant {
  readonly without: string
  readonly fault: Fault
  readonly gateway?: keyof typeof gatewayMutants
  readonly writer?: keyof typeof writerMutants
  readonly env?: Environment
  /** SQL that runs before the load starts. */
  readonly prepare?: string
  /** The load changes messages too. */
  readonly isMixed?: true
  /** The checker must report one of these as violated; `stream`: `chat.events`; `end`: commands without an outcome. */
  readonly mustBreak: readonly (InvariantName | 'stream' | 'end')[]
}

const faultOf = (id: string): Fault => {
  const fault = allFaults.find((candidate) => candidate.id === id)
  if (fault === undefined) throw new Error(`there is no fault ${id}`)
  return fault
}

const calm: Fault = {
  id: 'calm',
  title: 'no fault',
  expectation: 'all invariants',
  act: (world) => world.pause(5_000),
}

/** Kafka stores records whose publish fails, and no outcome reaches the gateway before the deadline. */
const unanswered: Fault = {
  id: 'unanswered',
  title: 'one gateway receives nothing from Kafka and Redis',
  expectation: 'the results of its commands are unknown',
  sendsAgain: false,
  act: (world) =>
    world.broken(async () => {
      const links = [world.stack.link('gateway-1', 'kafka'), world.stack.link('gateway-1', 'redis')] as const
      links[1].cut('black-hole')
      links[0].cut('black-hole', 'answers')
      await world.pause(6_000)
      for (const link of links) link.heal()
    }),
}

const withoutKeys = 'alter table event drop constraint event_command; alter table message drop constraint message_id'

/** The count of a reaction in the lists stays what the first reaction made it. */
const withoutCounts = `create function keep_row() returns trigger language plpgsql as 'begin return null; end';
  create trigger keep_count before update on reaction_count for each row execute function keep_row()`

const withoutRedaction = `create or replace function redact(chats uuid[], messages uuid[], keeps boolean) returns void
  language plpgsql security definer set search_path = public, pg_temp as 'begin end'`

export const mutants: readonly Mutant[] = [
  {
    without: 'recorded outcomes, and the unique keys that allow one event per command',
    fault: faultOf('F26'),
    writer: 'withoutOutcomes',
    prepare: withoutKeys,
    mustBreak: ['I3'],
  },
  {
    without: 'acknowledgement only after the effects',
    fault: faultOf('F4b'),
    writer: 'acknowledgesFirst',
    mustBreak: ['stream'],
  },
  { without: 'confirmation only after the commit', fault: calm, writer: 'confirmsFirst', mustBreak: ['I1', 'I2'] },
  { without: 'the head sweep', fault: faultOf('F17'), gateway: 'withoutSweep', mustBreak: ['I7'] },
  { without: 'the barrier after a reconnect', fault: faultOf('F16b'), gateway: 'withoutBarrier', mustBreak: ['I7'] },
  { without: 'complete repair of a gap', fault: faultOf('F16'), gateway: 'withHolesInRepair', mustBreak: ['I5', 'I7'] },
  { without: 'any repair of a gap', fault: faultOf('F16'), gateway: 'withoutRepair', mustBreak: ['I7'] },
  {
    without: 'complete pages for followers that join, resume or were slow',
    fault: faultOf('F23'),
    gateway: 'withHolesInFollowing',
    mustBreak: ['I5', 'I8'],
  },
  {
    without: 'reads for followers that are behind',
    fault: faultOf('F23'),
    gateway: 'withoutFollowing',
    mustBreak: ['I7', 'I8'],
  },
  { without: 'the lookup of outcomes at the deadline', fault: faultOf('F17c'), gateway: 'withoutLookUp', mustBreak: ['I10'] },
  { without: 'the end of a membership', fault: faultOf('F27'), gateway: 'withOldMemberships', mustBreak: ['I9'] },
  {
    without: 'handling of a produce with unknown result',
    fault: unanswered,
    gateway: 'withoutUnknown',
    env: { PRODUCER_REQUEST_MS: '1000' },
    mustBreak: ['I2'],
  },
  {
    without: 'the update of reaction counts in the read model',
    fault: calm,
    prepare: withoutCounts,
    isMixed: true,
    mustBreak: ['J1'],
  },
  {
    without: 'the state of reactions in decisions',
    fault: calm,
    writer: 'withoutReactions',
    isMixed: true,
    mustBreak: ['J2'],
  },
  {
    without: 'the redaction of deleted messages',
    fault: faultOf('F1'),
    prepare: withoutRedaction,
    isMixed: true,
    mustBreak: ['J1'],
  },
  { without: 'order of the batch that is delivered', fault: faultOf('F8'), gateway: 'withoutOrder', mustBreak: ['I6'] },
]

/** The start options of the mutant's processes. */
export const startOf = ({ gateway, writer, env = {}, prepare, isMixed }: Mutant) => ({
  entries: {
    gateway: gateway === undefined ? undefined : 'test/faults/programs/mutant-gateway.ts',
    writer: writer === undefined ? undefined : doomedWriter,
  },
  env: { ...env, GATEWAY_MUTANT: gateway ?? 'nothing', WRITER_MUTANT: writer ?? 'nothing' },
  prepare,
  mix: isMixed === true ? livingMix : undefined,
})
