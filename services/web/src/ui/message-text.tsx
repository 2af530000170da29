import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { MentionTarget } from '../model/mentions.ts'
import { everyone } from '../model/mentions.ts'
import type { Piece } from '../model/rich-text.ts'
import { isEmojiOnly, richText } from '../model/rich-text.ts'

interface PieceProps {
  readonly piece: Piece
  /** The id of the signed-in user, whose mentions stand out. */
  readonly me: string | undefined
  /** Opens the profile of a mentioned user. */
  readonly openPerson: ((id: string) => void) | undefined
}

const PieceView = ({ piece, me, openPerson }: PieceProps): JSX.Element => {
  switch (piece.kind) {
    case 'link':
      return (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
          {piece.text}
        </a>
      )
    case 'mention':
      return (
        <mark class="mention" data-me={piece.id === me || piece.id === everyone.id}>
          {openPerson === undefined || piece.id === everyone.id ? (
            piece.text
          ) : (
            <button type="button" onClick={() => openPerson(piece.id)}>
              {piece.text}
            </button>
          )}
        </mark>
      )
    case 'code':
      return <code>{piece.text}</code>
    case 'block':
      return <code class="code-block">{piece.text}</code>
    case 'text':
      return <>{piece.text}</>
  }
}

/** A message with more lines or characters than this is folded. */
const foldLines = 24
const foldChars = 2_000

const isLong = (text: string): boolean => text.length > foldChars || text.split('\n', foldLines + 1).length > foldLines

interface MessageTextProps {
  readonly text: string
  readonly mentioned?: readonly MentionTarget[] | undefined
  readonly me?: string | undefined
  readonly openPerson?: ((id: string) => void) | undefined
}

/** The text of a message: links, code, large emoji; long texts are folded until they are opened. */
export const MessageText = ({ text, mentioned, me, openPerson }: MessageTextProps): JSX.Element => {
  const [isFolded, setFolded] = useState(isLong(text))
  return (
    <>
      <p dir="auto" data-folded={isFolded} data-emoji={isEmojiOnly(text)}>
        {richText(text, mentioned).map((piece, index) => (
          <PieceView key={index} piece={piece} me={me} openPerson={openPerson} />
        ))}
      </p>
      {isFolded ? (
        <button type="button" class="unfold" onClick={() => setFolded(false)}>
          Show the whole message
        </button>
      ) : null}
    </>
  )
}
