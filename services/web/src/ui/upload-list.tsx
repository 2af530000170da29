import type { JSX } from 'preact'
import { bytesText } from '../model/file-text.ts'
import type { Upload, Uploads } from '../model/uploads.ts'
import { Icon } from './icons.tsx'

const State = ({ upload, uploads }: { readonly upload: Upload; readonly uploads: Uploads }): JSX.Element => {
  const { id, name, part, file, why } = upload
  if (why !== undefined) {
    return (
      <span class="upload-state">
        <span role="alert">
          <span class="unseen">{name}: </span>
          {why}
        </span>
        <button type="button" class="button small" onClick={() => uploads.retry(id)}>
          Try again
        </button>
      </span>
    )
  }
  if (file === undefined) return <progress class="upload-state" value={part} aria-label={`Upload of ${name}`} />
  return (
    <span class="upload-state" role="status">
      Uploaded
    </span>
  )
}

/** Above the text: the files of the next message. */
export const UploadList = ({ uploads }: { readonly uploads: Uploads }): JSX.Element | null =>
  uploads.all.value.length === 0 ? null : (
    <ul class="uploads" aria-label="Files of the message">
      {uploads.all.value.map((upload) => (
        <li key={upload.id} data-failed={upload.why !== undefined}>
          <Icon name="file" />
          <span class="file-name">
            <bdi>{upload.name}</bdi>
          </span>
          <span class="file-size">{bytesText(upload.size)}</span>
          <State upload={upload} uploads={uploads} />
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove ${upload.name}`}
            onClick={() => uploads.remove(upload.id)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  )
