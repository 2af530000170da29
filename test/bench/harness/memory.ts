import { readFileSync } from 'node:fs'

/** The resident memory of the process, in kilobytes. */
export const residentKb = (pid: number): number => {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((each) => each.startsWith('VmRSS:'))
  return Number(line?.replace(/\D/g, '') ?? 0)
}
