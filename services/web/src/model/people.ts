import { signal } from '@preact/signals'
import type { ChatClient, Person } from '../../../../shared/client/chat-client.ts'

/** The names of users, by their ids. */
export interface People {
  /** Reading it in a component renders that again once the name is known. */
  nameOf(id: string): string
  person(id: string): Person | undefined
  /** Asks for those who are not known yet, soon, together. */
  want(ids: readonly string[]): void
  /** Resolves when these are known, or are known not to be visible. Rejects as the client's call does. */
  load(ids: readonly string[], signal: AbortSignal): Promise<void>
  learn(people: readonly Person[]): void
  /** All users whose names are known. */
  readonly known: readonly Person[]
}

/** Ids that are wanted within this time are asked for in one request. */
const gatherMs = 20

export const createPeople = (client: ChatClient): People => {
  const people = signal<ReadonlyMap<string, Person>>(new Map())
  const wanted = new Set<string>()
  const asked = new Set<string>()
  const isPending = signal(false)

  const learn: People['learn'] = (found) => {
    people.value = new Map([...people.value, ...found.map((person) => [person.id, person] as const)])
  }

  const ask = async (): Promise<void> => {
    const ids = [...wanted]
    wanted.clear()
    for (const id of ids) asked.add(id)
    try {
      learn(await client.users(ids))
    } finally {
      // A user that was not found may become visible later.
      for (const id of ids) asked.delete(id)
      isPending.value = asked.size > 0
    }
  }

  return {
    nameOf: (id) => {
      const person = people.value.get(id)
      if (person !== undefined) return person.name || person.externalUserId
      return isPending.value ? '…' : 'Former member'
    },
    person: (id) => people.value.get(id),
    want: (ids) => {
      const unknown = ids.filter((id) => !people.peek().has(id) && !asked.has(id) && !wanted.has(id))
      if (unknown.length === 0) return
      isPending.value = true
      if (wanted.size === 0) setTimeout(() => void ask().catch(() => undefined), gatherMs)
      for (const id of unknown) wanted.add(id)
    },
    load: async (ids, signal) => {
      const unknown = ids.filter((id) => !people.peek().has(id))
      if (unknown.length > 0) learn(await client.users(unknown, { signal }))
    },
    learn,
    get known() {
      return [...people.value.values()]
    },
  }
}
