import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReportProgress } from '../../native/report-progress.ts'
import { loadPackage } from '../../npm/load-package.ts'
import { pack } from '../../npm/pack.ts'
import { buildImage } from '../images.ts'

export const loadImage = 'chat-load:local'

/** Builds the image of the load tester from the present sources; returns its name. */
export const buildLoadImage = async (report: ReportProgress): Promise<string> => {
  const context = mkdtempSync(join(tmpdir(), 'chat-load-image-'))
  try {
    await pack(loadPackage, context)
    return await buildImage(loadImage, 'infra/docker/load/Dockerfile', context, report)
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}
