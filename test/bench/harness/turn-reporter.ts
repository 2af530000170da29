/** Loaded into a service with `--import`: at SIGUSR2 it writes the turns of its event loop into a file named after its process id. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

const { TURNS_FOLDER: folder } = process.env

if (folder !== undefined)
  process.on('SIGUSR2', () =>
    writeFileSync(join(folder, `${process.pid}`), String(performance.nodeTiming.uvMetricsInfo.loopCount)),
  )
