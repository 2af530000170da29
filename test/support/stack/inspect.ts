import type { Replica } from './replica.ts'

/** The present body of `/readyz`, with any status. */
export const readiness = async (replica: Replica): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await fetch(`${replica.internalUrl}/readyz`)
  return { status: answer.status, ...((await answer.json()) as object) }
}

/** The sum of a metric over the series whose labels contain this text; 0 if there is none. */
export const metric = async (replica: Replica, name: string, labels = ''): Promise<number> => {
  const text = await (await fetch(`${replica.internalUrl}/metrics`)).text()
  return text
    .split('\n')
    .filter((line) => (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
