import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Attachment } from '../../../../shared/domain/events.ts'
import { explain } from '../model/explain.ts'
import type { FileAddresses } from '../model/file-addresses.ts'
import { bytesText, isPicture, shownSize } from '../model/file-text.ts'
import { Icon } from './icons.tsx'

/** The files of a message. */
export interface AttachmentsProps {
  readonly files: readonly Attachment[]
  /** The id of the message; undefined: it is not stored yet, so its files have no addresses. */
  readonly message: string | undefined
  readonly addresses: FileAddresses
}

interface FileProps {
  readonly file: Attachment
  readonly message: string
  readonly addresses: FileAddresses
}

/** Follows the address, which the service answers as a download. */
const download = (url: string, { name }: Attachment): void => {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}

const FileText = ({ file }: { readonly file: Attachment }): JSX.Element => (
  <>
    <Icon name="file" />
    <span class="file-name">
      <bdi>{file.name}</bdi>
    </span>
    <span class="file-size">{bytesText(file.size)}</span>
  </>
)

const FileButton = ({ file, message, addresses }: FileProps): JSX.Element => {
  const [problem, setProblem] = useState<string>()
  const clicked = async (): Promise<void> => {
    try {
      setProblem(undefined)
      download(await addresses.fresh(message, file.id), file)
    } catch (error) {
      setProblem(`${file.name}: ${explain(error)}`)
    }
  }
  return (
    <>
      <button type="button" class="file" title={`Download ${file.name}`} onClick={() => void clicked()}>
        <FileText file={file} />
      </button>
      {problem === undefined ? null : (
        <p class="file-problem" role="alert">
          {problem}
        </p>
      )}
    </>
  )
}

/** The box has its size before the picture is loaded, so that nothing moves. */
const Picture = ({ file, message, addresses }: FileProps): JSX.Element => {
  const [failures, setFailures] = useState(0)
  const { width, height } = shownSize(file)
  const url = addresses.of(message, file.id).value
  if (failures > 1) return <FileButton file={file} message={message} addresses={addresses} />
  const failed = (): void => {
    setFailures(failures + 1)
    addresses.renew(message).catch(() => undefined)
  }
  const style = { width: `${width}px`, aspectRatio: `${width} / ${height}` }
  if (url === undefined) {
    return (
      <span class="picture" style={style}>
        <span class="unseen">{file.name}</span>
      </span>
    )
  }
  return (
    <a class="picture" href={url} target="_blank" rel="noopener noreferrer" style={style}>
      <img src={url} alt={file.name} loading="lazy" onError={failed} />
    </a>
  )
}

/** Pictures as pictures, and other files as downloads. */
export const Attachments = ({ files, message, addresses }: AttachmentsProps): JSX.Element => (
  <ul class="attachments">
    {files.map((file) => (
      <li key={file.id}>
        {message === undefined ? (
          <span class="file">
            <FileText file={file} />
          </span>
        ) : isPicture(file) ? (
          <Picture file={file} message={message} addresses={addresses} />
        ) : (
          <FileButton file={file} message={message} addresses={addresses} />
        )}
      </li>
    ))}
  </ul>
)
