const words = 'the quick brown fox jumps over the lazy dog and says that it is not so lazy as it was said to be '
const filler = words.repeat(200)

/** Text of that many characters, all of which JSON leaves as they are. */
export const messageText = (chars: number): string => filler.slice(0, Math.min(filler.length, chars))
