/** Receives one line about the progress of a long task. */
export type ReportProgress = (line: string) => void
