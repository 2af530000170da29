/**
 * Feature levels make an upgrade safe while old and new processes run side by
 * side. The store holds one number. A gateway accepts an event or a field only
 * from the level that introduced it; below that level it refuses the request
 * exactly as an older gateway would. The level is raised by `admin level` when
 * every writer and gateway runs the new version.
 */

/** The level of a new store, and of every store that was made before there were levels. */
export const firstLevel = 1

/** The highest level that this version supports. Raise it with the first event or field of a new level. */
export const supportedLevel = 3

/** The level that introduced `after` in requests that act in a room. */
export const pipelineLevel = 2

/** The level from which requests may name members by their external ids. */
export const userRefLevel = 2

/** The level that introduced changes of profiles, blocks and direct chats. */
export const peopleLevel = 3

/**
 * The fields of a request's body that a level has introduced; none below it.
 * They must be optional: a client of an earlier level does not send them.
 */
export const fieldsFrom = <Shape extends object>(introducedAt: number, level: number, shape: Shape): Shape =>
  level >= introducedAt ? shape : ({} as Shape)
