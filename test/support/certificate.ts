import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** The names that Let's Encrypt gives to the files of a certificate. */
export const filesIn = (dir: string) => ({
  certificate: join(dir, 'fullchain.pem'),
  key: join(dir, 'privkey.pem'),
})

/** Makes a certificate in a folder, signed by itself. @param alternative its other names, as openssl writes them. */
export function makeCertificate(dir: string, name: string, alternative?: string) {
  const { certificate, key } = filesIn(dir)
  const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9'.split(' ')
  args.push('-subj', `/CN=${name}`, '-keyout', key, '-out', certificate)
  if (alternative) args.push('-addext', `subjectAltName=${alternative}`)
  execFileSync('openssl', args, { stdio: 'ignore' })
  return { certificate, key }
}
