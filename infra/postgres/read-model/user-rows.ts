import type { JsonObject, User } from '../../../shared/domain/events.ts'
import { isoText } from '../connection/statement.ts'

/** A row of `userCells`. */
export interface UserRow {
  readonly id: string
  /** Null: the user was erased. */
  readonly external_id: string | null
  readonly name: string | null
  readonly image: string | null
  /** JSON text. */
  readonly data: string | null
  readonly created_at: string
  readonly modified_at: string
}

const cells = {
  id: 'id',
  external_id: 'external_id',
  name: 'name',
  image: 'image',
  data: 'data',
  created_at: isoText('created_at'),
  modified_at: isoText('modified_at'),
}

/** SQL for the columns of a user. */
export const userCells: string = Object.entries(cells)
  .map(([name, cell]) => `${cell} as ${name}`)
  .join(', ')

/** SQL for the same columns as one JSON object. */
export const userJson: string = `json_build_object(${Object.entries(cells)
  .map(([name, cell]) => `'${name}', ${cell}`)
  .join(', ')})`

/** The user of a row. */
export const userOf = (row: UserRow): User => ({
  id: row.id,
  externalUserId: row.external_id ?? '',
  ...(row.name === null ? {} : { name: row.name }),
  ...(row.image === null ? {} : { image: row.image }),
  ...(row.data === null ? {} : { data: JSON.parse(row.data) as JsonObject }),
  created_at: row.created_at,
  modified_at: row.modified_at,
  ...(row.external_id === null ? { erased: true } : {}),
})
