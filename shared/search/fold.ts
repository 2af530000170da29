/**
 * Combining marks that do not distinguish words for a search: accents, Arabic vowel signs, Hebrew points. Vowel signs of
 * other scripts are letters to their readers, and stay; so do the voicing marks of kana.
 */
const marks = /[[\p{Mn}&&[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}]]--[\u3099\u309A]]/gv

/** Letters without a decomposition in Unicode, and forms of one letter. The tatweel only lengthens a word. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
  ى: 'ي',
  ة: 'ه',
  ـ: '',
}

const listedLetters = new RegExp(`[${Object.keys(letters).join('')}]`, 'gu')

const foldAny = (word: string): string =>
  word
    .normalize('NFKD')
    .replace(marks, '')
    .toLowerCase()
    .normalize('NFC')
    .replace(listedLetters, (letter) => letters[letter] ?? letter)

const isPlain = (word: string): boolean => /^[A-Za-z0-9]*$/.test(word)

/** The form in which words are compared: without case, accents, widths and other variants of the same letter. */
export const fold = (word: string): string => (isPlain(word) ? word.toLowerCase() : foldAny(word))
