import type { ReportProgress } from '../native/report-progress.ts'
import { ensureEngine } from './engine.ts'
import { describeImage } from './images.ts'

/** Builds an image; prints its name and size to stdout, and the progress to stderr. */
export const printBuiltImage = async (build: (report: ReportProgress) => Promise<string>): Promise<void> => {
  const report: ReportProgress = (line) => void process.stderr.write(`image: ${line}\n`)
  await ensureEngine(report)
  process.stdout.write(`${await describeImage(await build(report))}\n`)
}
