/** Direction controls: embeddings and overrides (U+202A–U+202E), isolates (U+2066–U+2069). */
const controls = /[\u202a-\u202e\u2066-\u2069]/g

/**
 * A name or a message as part of a larger plain text (a title, a label): its
 * direction cannot change the text around it. In elements, `<bdi>` does this.
 * Method: FSI … PDI, Unicode Bidirectional Algorithm (UAX #9).
 */
export const isolate = (text: string): string => `\u2068${text.replace(controls, '')}\u2069`
