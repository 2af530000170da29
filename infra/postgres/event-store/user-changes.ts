import type { UserUpdated } from '../../../shared/user-events/update-user.ts'
import type { UserOwnEvent } from '../../../shared/user-events/user-events.ts'

interface ProfileRow {
  readonly id: string
  readonly name: string | null
  readonly image: string | null
  /** JSON text. */
  readonly data: string | null
  readonly modified_at: string
}

/** The rows that the database function `apply_user_changes` writes, by group. A group without rows is absent. */
export type UserChangeRows = Readonly<Record<string, readonly object[]>>

/**
 * The changes of users by a sequence of events, at most one row per key: the rows
 * are the same, however the events are divided into batches.
 */
export class UserChanges {
  private readonly seqs = new Map<string, number>()
  private readonly profiles = new Map<string, ProfileRow>()

  add(event: UserOwnEvent): void {
    this.seqs.set(event.stream, event.seq)
    switch (event.type) {
      case 'UserUpdated':
        return this.updated(event)
    }
  }

  /** Undefined: the events change no users. */
  rows(): UserChangeRows | undefined {
    if (this.seqs.size === 0) return undefined
    const groups: UserChangeRows = {
      user_seqs: [...this.seqs].map(([id, seq]) => ({ id, seq })),
      profiles: [...this.profiles.values()],
    }
    return Object.fromEntries(Object.entries(groups).filter(([, rows]) => rows.length > 0))
  }

  private updated({ stream: id, body: { user } }: UserUpdated): void {
    const { name = null, image = null, data, modified_at } = user
    this.profiles.set(id, { id, name, image, data: data === undefined ? null : JSON.stringify(data), modified_at })
  }
}
