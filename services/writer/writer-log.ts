/** The part of a logger that the writer needs: fields first, then fixed text. */
export interface WriterLog {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
