import { asyncapiDocument } from '../../protocol/asyncapi.ts'
import { printDocument } from './print-document.ts'

printDocument(asyncapiDocument())
