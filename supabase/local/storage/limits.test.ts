import { describe, expect, test } from 'vitest'
import { SetupError } from '../settings.ts'
import { readStorageLimits } from './limits.ts'

describe('los límites de Storage', () => {
  test('tienen valor sin que nadie los diga, y no admiten enlaces de más de un día', () => {
    expect(readStorageLimits({})).toEqual({
      downloadLinkSeconds: 86_400,
      uploadLinkSeconds: 7200,
      openUploads: 20,
      openBytes: 200 * 2 ** 20,
      openUploadMs: 86_400_000,
    })
    expect(readStorageLimits({ STORAGE_LINK_SECONDS: '600', STORAGE_OPEN_BYTES: '1GiB' })).toMatchObject({
      downloadLinkSeconds: 600,
      openBytes: 2 ** 30,
    })
  })

  test.each([
    ['STORAGE_LINK_SECONDS', '86401'],
    ['UPLOAD_SIGNED_URL_EXPIRATION_TIME', '315360000'],
    ['STORAGE_OPEN_UPLOADS', '0'],
    ['STORAGE_OPEN_BYTES', 'muchos'],
    ['TUS_URL_EXPIRY_MS', '-1'],
  ])('%s=%s se rechaza diciendo cuál es', (name, value) => {
    const read = () => readStorageLimits({ [name]: value })
    expect(read).toThrow(SetupError)
    expect(read).toThrow(name)
  })
})
