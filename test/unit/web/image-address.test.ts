import { describe, expect, it } from 'vitest'
import { loadableImage } from '../../../services/web/src/model/image-address.ts'

const page = 'https://chat.example/team/'

describe('The page loads the picture of a user', () => {
  it.each([
    ['https://chat.example/team/faces/ann.png', 'https://chat.example/team/faces/ann.png'],
    ['faces/ann.JPEG', 'https://chat.example/team/faces/ann.JPEG'],
    ['/team/ann.webp', 'https://chat.example/team/ann.webp'],
  ])('from %j, below its own path', (image, expected) => {
    expect(loadableImage(image, page)).toBe(expected)
  })

  it.each([
    undefined,
    'https://img.example/ann.png',
    'http://chat.example/team/ann.png',
    'https://chat.example/sign-out.png',
    '../sign-out.png',
    '/team/%2e%2e/sign-out.png',
    '/team/sign-out?as=ann.png',
    '/team/sign-out',
    'data:image/png;base64,aGk=',
    'javascript:alert(1)//.png',
    'https://',
  ])('not from %j', (image) => {
    expect(loadableImage(image, page)).toBeUndefined()
  })
})
