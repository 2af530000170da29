import type { User } from '../../../shared/domain/events.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'

/**
 * The users with these external ids who exist and share a chat with `viewer`
 * now, and the viewer itself; without a viewer, all that exist. Rejects with
 * `StoreError`.
 */
export const visibleUsers = async (
  readModel: Pick<ReadModel, 'usersByExternalId' | 'usersById'>,
  externalIds: readonly string[],
  viewer: string | undefined,
): Promise<readonly User[]> => {
  const found = [...(await readModel.usersByExternalId(externalIds)).values()]
  if (viewer === undefined || found.length === 0) return found
  const ids = found.map(({ id }) => id)
  return readModel.usersById(ids, viewer)
}
