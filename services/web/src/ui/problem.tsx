import type { JSX } from 'preact'

/** Said aloud the moment it appears. */
export const Problem = ({ text }: { readonly text: string | undefined }): JSX.Element => (
  <p class="problem" role="alert" hidden={text === undefined}>
    {text}
  </p>
)
