import type { Mentions } from '../../../../shared/domain/events.ts'

/** A name that can be mentioned. */
export interface MentionTarget {
  /** `all` stands for all members. */
  readonly id: string
  readonly name: string
}

/** All members, as a target. */
export const everyone: MentionTarget = { id: 'all', name: 'all' }

const mostSuggestions = 8

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}_]/u.test(character)

/** The begun mention before the cursor: the text after its `@`, and where that starts. */
export const begunMention = (text: string, cursor: number): { readonly start: number; readonly query: string } | undefined => {
  const start = text.lastIndexOf('@', cursor - 1)
  if (start < 0 || cursor === 0 || isLetter(text[start - 1])) return undefined
  const query = text.slice(start + 1, cursor)
  return query.includes('\n') || query.startsWith(' ') || query.length > 40 ? undefined : { start, query }
}

/** The targets whose name has a word that begins with the query. */
export const suggestions = (targets: readonly MentionTarget[], query: string): readonly MentionTarget[] => {
  const wanted = query.toLocaleLowerCase()
  const matches = ({ name }: MentionTarget): boolean => {
    const lower = name.toLocaleLowerCase()
    return lower.startsWith(wanted) || (wanted !== '' && lower.includes(` ${wanted}`))
  }
  return targets.filter(matches).slice(0, mostSuggestions)
}

/** A piece of a text: plain, or the mention of a target. */
export type MentionPiece = { readonly text: string; readonly target?: MentionTarget }

/** Cuts a text at the mentions of these targets, longest name first. */
export const mentionPieces = (text: string, targets: readonly MentionTarget[]): readonly MentionPiece[] => {
  const longestFirst = [...targets].sort((one, other) => other.name.length - one.name.length)
  const pieces: MentionPiece[] = []
  let done = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const target = longestFirst.find(({ name }) => text.startsWith(name, at + 1) && !isLetter(text[at + 1 + name.length]))
    if (target === undefined || isLetter(text[at - 1])) continue
    if (at > done) pieces.push({ text: text.slice(done, at) })
    done = at + 1 + target.name.length
    pieces.push({ text: text.slice(at, done), target })
    at = done - 1
  }
  return done < text.length ? [...pieces, { text: text.slice(done) }] : pieces
}

/** The mentions of a text; undefined if it has none. A name that several members have mentions all of them. */
export const mentionsIn = (text: string, targets: readonly MentionTarget[]): Mentions | undefined => {
  const mentioned = mentionPieces(text, targets).flatMap(({ target }) => (target === undefined ? [] : [target]))
  if (mentioned.includes(everyone)) return 'all'
  const ids = new Set(mentioned.flatMap(({ name }) => targets.filter((target) => target.name === name).map(({ id }) => id)))
  return ids.size === 0 ? undefined : [...ids]
}
