/** The logger methods that the writer uses: variable fields first, then a constant text. */
export interface WriterLog {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
