import type { UserErased } from '../../../shared/user-events/erase-user.ts'
import type { BlockSet } from '../../../shared/user-events/set-block.ts'
import type { UserUpdated } from '../../../shared/user-events/update-user.ts'
import type { UserOwnEvent } from '../../../shared/user-events/user-events.ts'
import type { ChangeRows } from './change-rows.ts'
import { filledGroups } from './change-rows.ts'

interface ProfileRow {
  readonly id: string
  readonly name: string | null
  readonly image: string | null
  /** JSON text. */
  readonly data: string | null
  readonly modified_at: string
}

interface BlockRow {
  readonly user_id: string
  readonly blocked_id: string
  /** Null: the block is not set any more. */
  readonly created_at: string | null
}

/**
 * The changes of users by a sequence of events, at most one row per key: the rows
 * are the same, however the events are divided into batches.
 */
export class UserChanges {
  private readonly seqs = new Map<string, number>()
  private readonly profiles = new Map<string, ProfileRow>()
  private readonly blocks = new Map<string, BlockRow>()
  private readonly erased = new Map<string, { readonly id: string; readonly modified_at: string }>()

  add(event: UserOwnEvent): void {
    this.seqs.set(event.stream, event.seq)
    switch (event.type) {
      case 'UserUpdated':
        return this.updated(event)
      case 'BlockSet':
        return this.blocked(event)
      case 'UserErased':
        return this.erases(event)
    }
  }

  /** The rows that `apply_user_changes` writes; undefined: the events change no users. */
  rows(): ChangeRows | undefined {
    const blocks = [...this.blocks.values()]
    return filledGroups({
      user_seqs: [...this.seqs].map(([id, seq]) => ({ id, seq })),
      profiles: [...this.profiles.values()],
      blocks: blocks.filter(({ created_at }) => created_at !== null),
      unblocks: blocks.filter(({ created_at }) => created_at === null),
      erased_users: [...this.erased.values()],
    })
  }

  private blocked({ stream, body: { user, on, created_at } }: BlockSet): void {
    this.blocks.set(`${stream} ${user}`, { user_id: stream, blocked_id: user, created_at: on ? created_at : null })
  }

  /** The database removes the profile and the blocks after it has written those of earlier events. */
  private erases({ stream: id, body: { created_at: modified_at } }: UserErased): void {
    this.erased.set(id, { id, modified_at })
  }

  private updated({ stream: id, body: { user } }: UserUpdated): void {
    const { name = null, image = null, data, modified_at } = user
    this.profiles.set(id, { id, name, image, data: data === undefined ? null : JSON.stringify(data), modified_at })
  }
}
