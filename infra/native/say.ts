/** Receives one line about the progress of a long task. */
export type Say = (line: string) => void
