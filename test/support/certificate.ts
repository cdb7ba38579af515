import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Makes a certificate in a folder, signed by itself. @param alternative its other names, as openssl writes them. */
export function makeCertificate(dir: string, name: string, alternative?: string) {
  // As Let's Encrypt names them.
  const [certificate, key] = [join(dir, 'fullchain.pem'), join(dir, 'privkey.pem')]
  const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9'.split(' ')
  args.push('-subj', `/CN=${name}`, '-keyout', key, '-out', certificate)
  if (alternative) args.push('-addext', `subjectAltName=${alternative}`)
  execFileSync('openssl', args, { stdio: 'ignore' })
  return { certificate, key }
}
