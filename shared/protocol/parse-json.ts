/** The value of a JSON text; undefined, which no JSON text stands for, where the text is not JSON. Never throws. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
