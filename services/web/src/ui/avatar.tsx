import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { loadableImage } from '../model/image-address.ts'

const hues = 8

const initialsOf = (name: string): string => {
  const words = name.match(/[\p{L}\p{N}][^\s]*/gu) ?? []
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1)
  return letters.map((word) => [...(word ?? '')][0]?.toLocaleUpperCase() ?? '').join('')
}

/** For names without letters, such as an emoji. Empty while the name is not known. */
const firstLetterOf = (name: string): string => (name === '…' ? '' : ([...new Intl.Segmenter().segment(name)][0]?.segment ?? ''))

const hueOf = (seed: string): number =>
  [...seed].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % hues

interface AvatarProps {
  readonly name: string
  readonly seed: string | undefined
  readonly image?: string | undefined
  readonly size?: 's' | 'm' | 'l'
  readonly isOnline?: boolean
}

/**
 * A round mark: the image, if the page may load it, else the initials of a name.
 * The same `seed` has the same colour everywhere; without one it is grey.
 */
export const Avatar = ({ name, seed, image, size = 'm', isOnline = false }: AvatarProps): JSX.Element => {
  const [broken, setBroken] = useState<string>()
  const shown = loadableImage(image, document.baseURI)
  return (
    <span
      class={`avatar avatar-${size} hue-${seed === undefined ? 'none' : hueOf(seed)}`}
      data-online={isOnline || undefined}
      aria-hidden="true"
    >
      {shown === undefined || shown === broken ? (
        initialsOf(name) || firstLetterOf(name)
      ) : (
        <img src={shown} alt="" onError={() => setBroken(shown)} />
      )}
    </span>
  )
}
