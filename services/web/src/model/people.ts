import { signal } from '@preact/signals'
import type { Person } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'

/** The names of users, by their ids. */
export interface People {
  /** A component that reads it is rendered again when the name is known. */
  nameOf(id: string): string
  person(id: string): Person | undefined
  /** Loads unknown users, several requests together. */
  request(ids: readonly string[]): void
  /** Resolves when these users are loaded; users that are not visible stay unknown. Rejects as the client's call does. */
  load(ids: readonly string[], signal: AbortSignal): Promise<void>
  add(people: readonly Person[]): void
  /** Reads these users again: their names and images may have changed. */
  refresh(ids: readonly string[]): void
  /** All users whose names are known. */
  readonly known: readonly Person[]
}

/** Ids requested within this time are loaded in one call. */
const gatherMs = 20

/** `onChanged` receives each user whose profile has changed. */
export const createPeople = (client: ChatClient, onChanged: (person: Person) => void): People => {
  const people = signal<ReadonlyMap<string, Person>>(new Map())
  const wanted = new Set<string>()
  const asked = new Set<string>()
  const isPending = signal(false)

  const add: People['add'] = (found) => {
    people.value = new Map([...people.value, ...found.map((person) => [person.id, person] as const)])
  }

  client.on('profile', (person) => {
    add([person])
    onChanged(person)
  })

  client.on('erased', ({ user = '' }) => {
    people.value = new Map([...people.value].filter(([id]) => id !== user))
  })

  const ask = async (): Promise<void> => {
    const ids = [...wanted]
    wanted.clear()
    for (const id of ids) asked.add(id)
    try {
      add(await client.users(ids))
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
    request: (ids) => {
      const unknown = ids.filter((id) => !people.peek().has(id) && !asked.has(id) && !wanted.has(id))
      if (unknown.length === 0) return
      isPending.value = true
      if (wanted.size === 0) setTimeout(() => void ask().catch(() => undefined), gatherMs)
      for (const id of unknown) wanted.add(id)
    },
    load: async (ids, signal) => {
      const unknown = ids.filter((id) => !people.peek().has(id))
      if (unknown.length > 0) add(await client.users(unknown, { signal }))
    },
    add,
    refresh: (ids) => void client.users(ids).then(add, () => undefined),
    get known() {
      return [...people.value.values()]
    },
  }
}
