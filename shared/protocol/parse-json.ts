/** The value of a JSON text; undefined, which is not a JSON value, if the text is not JSON. Never throws. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
