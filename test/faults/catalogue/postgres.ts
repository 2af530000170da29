import type { Fault } from '../harness/fault.ts'
import type { World } from '../harness/world.ts'
import { kafkaOf } from '../harness/writer-group.ts'

const states = ['40P01', '40001', '57014', '25P03', '55P03', '25006', '42P01', '42501'] as const

/** A trigger that rejects one batch of events in three, each time with the next SQLSTATE. */
const mutant = `
  create function refuse_some() returns trigger language plpgsql as $$
    declare states text[] := array[${states.map((state) => `'${state}'`).join(', ')}];
    begin
      if random() < 0.33 then
        raise exception 'injected' using errcode = states[1 + floor(random() * array_length(states, 1))];
      end if;
      return null;
    end $$;
  create trigger refuse_some before insert on event for each statement execute function refuse_some();`

const repair = 'drop trigger refuse_some on event; drop function refuse_some'

export const deadLetters = async (world: World): Promise<number> => {
  const admin = kafkaOf(world).admin()
  await admin.connect()
  try {
    const offsets = await admin.fetchTopicOffsets(`${world.chat.namespace}.chat.dead-letter`)
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
  } finally {
    await admin.disconnect()
  }
}

export const postgresFaults: readonly Fault[] = [
  {
    id: 'F11',
    title: 'Postgres killed and restarted',
    expectation: 'waiting commands are stored',
    act: (world) =>
      world.broken(async () => {
        await world.stack.postgres.kill()
        await world.pause(1_000)
        await world.stack.postgres.start()
      }),
  },
  {
    id: 'F12',
    title: `errors ${states.join(', ')} injected`,
    expectation: 'retried; nothing reaches the dead-letter topic',
    act: async (world) => {
      await world.broken(async () => {
        await world.sql(mutant)
        await world.pause(12_000)
        await world.sql(repair)
      })
      const deadLettered = await deadLetters(world)
      if (deadLettered > 0) world.problem(`${deadLettered} records in the dead-letter topic`)
    },
  },
  {
    id: 'F13',
    title: 'Postgres down for 60 s',
    expectation: 'history errors are retryable; gateways stay up',
    act: async (world) => {
      await world.broken(async () => {
        await world.stack.postgres.kill()
        await world.pause(20_000)
        const [device] = world.load.devices.values()
        const { error } = (await device?.ask('list-chats', { user: { id: device.userId } })) ?? {}
        if (error?.code !== 'unavailable') world.problem(`history is answered with ${error?.code}`)
        await world.pause(40_000)
        await world.stack.postgres.start()
      })
      for (const { exited, name, pid } of world.chat.gateways)
        if (pid === undefined) world.problem(`${name} ended with ${await exited}`)
    },
  },
]
