import type { HttpSender } from '../../shared/ports/http-sender.ts'
import type { PublicConfig } from '../../shared/runtime/config/config.ts'
import { httpSender } from './http-sender.ts'

/** The sender of checks before sending; undefined: messages are not checked. An answer may contain a whole message. */
export const openPreSendSender = ({
  preSend,
  times,
  bounds,
  limits,
}: Pick<PublicConfig, 'preSend' | 'times' | 'bounds' | 'limits'>): HttpSender | undefined =>
  preSend === undefined
    ? undefined
    : httpSender({
        url: preSend.url,
        allowedNetworks: preSend.privateNetworks,
        timeoutMs: times.preSendMs,
        connections: bounds.preSendRequests,
        answerBytes: limits.frameBytes,
      })
