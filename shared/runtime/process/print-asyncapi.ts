import { asyncapiDocument } from '../../protocol/asyncapi.ts'

process.stdout.write(`${JSON.stringify(asyncapiDocument(), null, 2)}\n`)
