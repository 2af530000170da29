import type { MentionTarget } from './mentions.ts'
import { mentionPieces } from './mentions.ts'

/** A piece of a message with one kind of display. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly id: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'block'; readonly text: string }

/** A fenced block, inline code, or an address. */
const marked = /```\n?([\s\S]*?)```|`([^`\n]+)`|\b((?:https?:\/\/|mailto:)[^\s<>"`]+)/gi

/** Punctuation at the end of an address belongs to the sentence. */
const trailing = /[.,:;!?'"*_]+$/

/** Schemes that a link may lead to; the others stay text. */
const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])

const hrefOf = (address: string): string | undefined => {
  if (!URL.canParse(address)) return undefined
  const { href, protocol } = new URL(address)
  return schemes.has(protocol) ? href : undefined
}

/** A closing bracket belongs to the address only if the address opened it. */
const withoutBracket = (address: string): string =>
  address.endsWith(')') && !address.includes('(') ? withoutBracket(address.slice(0, -1).replace(trailing, '')) : address

const linkPieces = (found: string): readonly Piece[] => {
  const address = withoutBracket(found.replace(trailing, ''))
  const href = hrefOf(address)
  if (href === undefined) return [{ kind: 'text', text: found }]
  const rest = found.slice(address.length)
  const link: Piece = { kind: 'link', text: address, href }
  return rest === '' ? [link] : [link, { kind: 'text', text: rest }]
}

const piecesOf = ([all, block, code, address]: RegExpExecArray): readonly Piece[] => {
  if (block !== undefined) return [{ kind: 'block', text: block.replace(/\n$/, '') }]
  if (code !== undefined) return [{ kind: 'code', text: code }]
  return linkPieces(address ?? all)
}

const withMentions = (piece: Piece, targets: readonly MentionTarget[]): readonly Piece[] =>
  piece.kind !== 'text' || targets.length === 0
    ? [piece]
    : mentionPieces(piece.text, targets).map(({ text, target }) =>
        target === undefined ? { kind: 'text', text } : { kind: 'mention', text, id: target.id },
      )

/**
 * Cuts a message into pieces: links, mentions of these targets, inline code, code blocks, and the text
 * between them. Joined together, the pieces are the message without the marks
 * of code. Nothing is parsed as markup.
 */
export const richText = (text: string, mentioned: readonly MentionTarget[] = []): readonly Piece[] => {
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(marked)) {
    if (match.index > end) pieces.push({ kind: 'text', text: text.slice(end, match.index) })
    pieces.push(...piecesOf(match))
    end = match.index + match[0].length
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) })
  return pieces.flatMap((piece) => withMentions(piece, mentioned))
}

/** More emoji than this are shown in the usual size. */
const mostLarge = 8

const isEmoji = (grapheme: string): boolean => /^\p{RGI_Emoji}$/v.test(grapheme)

/** Whether a message consists of a few emoji and nothing else. */
export const isEmojiOnly = (text: string): boolean => {
  const letters = text.trim()
  if (letters === '' || letters.length > mostLarge * 16) return false
  const graphemes = [...new Intl.Segmenter().segment(letters)].map(({ segment }) => segment).filter((part) => part.trim() !== '')
  return graphemes.length <= mostLarge && graphemes.every(isEmoji)
}
