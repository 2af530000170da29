import { openapiDocument } from '../../protocol/openapi.ts'
import { printDocument } from './print-document.ts'

printDocument(openapiDocument())
