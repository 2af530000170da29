import { editedOverlayYaml } from './with-component.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

/** Valid image references by what is unusual about them, as the entry of `images:` in a `kustomization.yaml`. */
export const imageReferences: Readonly<Record<string, string>> = {
  'another tag': 'newName: chat-service, newTag: 0.1.0',
  'a registry with a port': 'newName: "registry.example.com:5000/team/chat-service", newTag: 0.2.0',
  'a registry with a port, and no tag': 'newName: "localhost:5000/chat-service"',
  'capitals and an underscore in the tag': 'newName: registry.example.com/chat-service, newTag: Release_2026.11-RC1',
  'the longest tag': `newName: chat-service, newTag: ${'v'.repeat(128)}`,
  'a tag that ends with a dot': 'newName: chat-service, newTag: 1.0.',
  'a digest': `newName: registry.example.com/chat-service, digest: "${digest}"`,
  'a tag and a digest': `newName: "registry.example.com:5000/chat_service/a__b", newTag: "0.2.0@${digest}"`,
}

const fileOf = { dev: 'kustomization.yaml', prod: 'services/kustomization.yaml' } as const

/** The YAML of an overlay with another image. */
export const overlayWithImage = (overlay: keyof typeof fileOf, entry: string): string =>
  editedOverlayYaml(overlay, fileOf[overlay], (text) =>
    text.replace(/\{ name: chat-service, [^}]*\}/, `{ name: chat-service, ${entry} }`),
  )
