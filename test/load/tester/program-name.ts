import { extname } from 'node:path'

/** The packed tester consists of JavaScript files; the one of the repository runs from its sources. */
export const programName = extname(import.meta.filename) === '.js' ? 'npx chat-load' : 'npm run load --'
