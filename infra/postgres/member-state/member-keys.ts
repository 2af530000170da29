import type { MemberKey } from '../../../shared/ports/read-model.ts'

/** The key as one text. */
export const keyOf = ({ room, user }: MemberKey): string => `${room} ${user}`

/** Sorted by key. */
export const inOrder = <Row extends MemberKey>(rows: readonly Row[]): readonly Row[] =>
  rows.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
