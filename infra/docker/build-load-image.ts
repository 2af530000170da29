/** Builds the image of the load tester: `npm run image:load`. */
import { buildLoadImage } from './load/load-image.ts'
import { printBuiltImage } from './print-built-image.ts'

await printBuiltImage(buildLoadImage)
