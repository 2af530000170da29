import { readFileSync } from 'node:fs'

/** Kilobytes of memory that the process has in use. */
export const residentKb = (pid: number): number => {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((each) => each.startsWith('VmRSS:'))
  return Number(line?.replace(/\D/g, '') ?? 0)
}
