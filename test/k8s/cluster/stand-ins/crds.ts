import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStrimziCrds, moduleCrdFiles } from '../../schemas/crd-files.ts'
import { moduleCrds } from '../../schemas/sources.ts'
import { kubectl } from '../kubectl.ts'

/** Creates the CustomResourceDefinitions of the operators that are missing. Returns a function that deletes those. */
export const provideCrds = async (): Promise<() => Promise<void>> => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-crds-'))
  const ofModules = await Promise.all(moduleCrds.map(moduleCrdFiles))
  const files = [...ofModules.flat(), ...(await createStrimziCrds(folder))]
  const created: string[] = []
  for (const file of files) {
    const exists = (await kubectl(['get', '-f', file, '-o', 'name', '--ignore-not-found'])) !== ''
    if (exists) continue
    await kubectl(['apply', '--server-side', '-f', file])
    created.push(file)
  }
  for (const file of created) await kubectl(['wait', '--for=condition=Established', '-f', file, '--timeout=60s'])
  return async () => {
    for (const file of created) await kubectl(['delete', '--ignore-not-found', '-f', file])
    rmSync(folder, { recursive: true })
  }
}
