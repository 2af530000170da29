import type { JSX } from 'preact'

const hues = 8

const initialsOf = (name: string): string => {
  const words = name.match(/[\p{L}\p{N}][^\s]*/gu) ?? []
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1)
  return letters.map((word) => [...(word ?? '')][0]?.toLocaleUpperCase() ?? '').join('')
}

const hueOf = (seed: string): number =>
  [...seed].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % hues

/** A face for whoever has none; the name stands beside it. `seed` keeps its colour. */
export const Avatar = ({ name, seed, size = 'm' }: { name: string; seed: string; size?: 's' | 'm' | 'l' }): JSX.Element => (
  <span class={`avatar avatar-${size} hue-${hueOf(seed)}`} aria-hidden="true">
    {initialsOf(name) || '?'}
  </span>
)
