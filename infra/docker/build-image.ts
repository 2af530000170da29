/** Builds the image of the services: `npm run image`. */
import { buildChatImage } from './images.ts'
import { printBuiltImage } from './print-built-image.ts'

await printBuiltImage(buildChatImage)
