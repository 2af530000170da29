import { lacksRole } from '../../../shared/domain/permissions.ts'
import type { Rejection } from '../../../shared/domain/rejections.ts'
import { roles } from '../../../shared/domain/roles.ts'
import { neededFor } from '../../../shared/domain/rules.ts'
import type { BlobStore } from '../../../shared/ports/blob-store.ts'
import type { Clock } from '../../../shared/ports/clock.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { ListedAttachment, MemberRights, ReadModel } from '../../../shared/ports/read-model.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { Request, RequestOf } from '../../../shared/protocol/requests.ts'
import { chunks } from '../../../shared/runtime/async/chunks.ts'
import { inTurns } from '../../../shared/runtime/async/in-turns.ts'
import type { FileSignatures } from '../files/file-signatures.ts'
import type { LimitExceeded } from '../limits/rate-limiter.ts'
import type { Requester } from './requester.ts'

/** A request about files. */
export type FileRequest = RequestOf<'create-upload' | 'get-files'>

/** Whether a request is about files. */
export const isFileRequest = (request: Request): request is FileRequest =>
  request.event === 'create-upload' || request.event === 'get-files'

/** Charges the bytes of an announced file; undefined: the limit is not exceeded. */
export type ChargeUpload = (bytes: number) => LimitExceeded | undefined

/** Answers these requests. */
export interface FileRequests {
  /** Resolves when the answer or the error is queued, or with the exceeded limit. Never rejects with `StoreError`. */
  answer(requester: Requester, request: FileRequest, actor: string, charge: ChargeUpload): Promise<LimitExceeded | undefined>
}

/** The stores, and the parts that sign. */
export interface FileRequestsDeps {
  readonly blobStore: Pick<BlobStore, 'upload' | 'download'>
  readonly signatures: FileSignatures
  readonly readModel: Pick<ReadModel, 'rightsOf' | 'attachmentsOf'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly newId: () => string
}

/** The life of the address of an upload: long enough for a large file on a slow connection to begin. */
const uploadS = 900
const downloadS = 600

/** Addresses that are signed before other work has its turn. One takes up to 0.5 ms, and a request may ask for 500. */
const signedPerTurn = 20

const whyNotUploaded = ({ role, rules, isDirect }: MemberRights): Rejection | undefined =>
  isDirect || role >= roles[neededFor('upload', rules)] ? undefined : lacksRole('upload', { rules })

export const createFileRequests = (deps: FileRequestsDeps): FileRequests => {
  const { blobStore, signatures, readModel, clock, newId } = deps
  const isoAfter = (seconds: number): string => new Date(clock.nowMs() + seconds * 1_000).toISOString()
  const notMember = (requester: Requester, request: FileRequest): void =>
    requester.refuse(request, 'forbidden', 'not a member, or no such chat')

  const createUpload = async (
    requester: Requester,
    request: RequestOf<'create-upload'>,
    user: string,
    charge: ChargeUpload,
  ): Promise<LimitExceeded | undefined> => {
    const { room, body } = request
    const rights = await readModel.rightsOf(room, user)
    if (rights === undefined) return void notMember(requester, request)
    const rejection = whyNotUploaded(rights)
    if (rejection !== undefined) {
      requester.fail(request, errorBody(rejection.code, rejection.message, rejection.details))
      return undefined
    }
    const exceeded = charge(body.file.size)
    if (exceeded !== undefined) return exceeded
    const file = signatures.sign({ room, user }, { id: newId(), ...body.file })
    const expires_at = isoAfter(uploadS)
    const put = await blobStore.upload({ room, file: file.id, size: file.size, sha256: file.sha256 }, uploadS)
    requester.answer(request, JSON.stringify({ file, put: { ...put, expires_at } }))
    return undefined
  }

  const getFiles = async (requester: Requester, request: RequestOf<'get-files'>, reader: string): Promise<void> => {
    const { room, body } = request
    const found = await readModel.attachmentsOf({ room, reader, messages: [...new Set(body.messages)] })
    if (found === undefined) return notMember(requester, request)
    const expires_at = isoAfter(downloadS)
    const addressed = async ({ message, file }: ListedAttachment): Promise<object> => {
      const url = await blobStore.download({ room, file: file.id }, file, downloadS)
      return { id: file.id, message, url }
    }
    const files = await inTurns(chunks(found, signedPerTurn), (some) => Promise.all(some.map(addressed)))
    requester.answer(request, JSON.stringify({ files, expires_at }))
  }

  return {
    answer: async (requester, request, actor, charge) => {
      try {
        if (request.event === 'create-upload') return await createUpload(requester, request, actor, charge)
        return void (await getFiles(requester, request, actor))
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        requester.refuse(request, 'unavailable', 'members and messages cannot be read now')
        return undefined
      }
    },
  }
}
