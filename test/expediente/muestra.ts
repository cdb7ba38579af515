// An expediente made by hand, without a database: what the formats are tried on.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { keyOfSeed, type Signer, signedCheckpoint, verifierText } from '../../server/evidencia/checkpoint.ts'
import { canonical, canonicalEvidence } from '../../server/evidencia/jcs.ts'
import { inclusionProof, leafHash, merkleRoot, subtreesOf } from '../../server/evidencia/merkle.ts'
import { openZip } from '../../server/evidencia/zip-writer.ts'
import { escribirBolsa, type Fuentes } from '../../server/expediente/bolsa.ts'
import type { Mensaje, MensajeSellado } from '../../server/expediente/conversacion.ts'
import type { Expediente, Hecho, Papel } from '../../server/expediente/leer.ts'
import { caratula } from '../../server/expediente/pdf/caratula.ts'
import { expedienteSettings } from '../../server/expediente/settings.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

export const VERIFICADOR = join(PROJECT_DIR, 'server/expediente/verificador/verificar.mjs')
export const signer: Signer = { name: 'triboka.example', key: keyOfSeed(Buffer.alloc(32, 7)) }
export const CLAVE = verifierText(signer)
export const URL = 'https://triboka.example'
export const TESTIGO = '0123456789ABCDEFGHIJKL'

const sha256 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest()

/** Facts as the database seals them. */
export function cadenaDe(codigo: string, hechos: { tipo: string; objeto: string; datos: object }[]): Hecho[] {
  let previo: Buffer = Buffer.alloc(32)
  return hechos.map(({ tipo, objeto, datos }, i) => {
    const en = new Date(Date.UTC(2026, 10, 27, 10, i)).toISOString()
    const actor = '00000000-0000-4000-8000-00000000000a'
    const canonico = canonicalEvidence({
      actor,
      contrato: codigo,
      datos: datos as never,
      en,
      n: i + 1,
      objeto,
      tipo,
      v: 1,
    })
    const hash = sha256(previo, canonico)
    const hecho = { n: String(i + 1), hash: hash.toString('hex'), previo: previo.toString('hex'), canonico }
    previo = hash
    return hecho
  })
}

/** Papers by their names. */
export const PAPELES: Record<string, Buffer> = {
  'Fáctura ñandú.pdf': Buffer.from('hola\n'),
  '../../etc/passwd': Buffer.from('Área\n'),
  'CON.txt': Buffer.alloc(70_000, 'x'),
}

const papeles = (): Papel[] =>
  Object.entries(PAPELES).map(([nombre, bytes], i) => ({
    id: 101 + i,
    tipo: i === 0 ? 'factura' : 'otro',
    etiqueta: null,
    lote: null,
    nombre,
    url_archivo: `contratos/CT-2026-00001/${i}.pdf`,
    bytes: bytes.length,
    mime: 'application/pdf',
    sha256: sha256(bytes).toString('hex'),
    verificacion: 'verificado',
    fecha_subida: '2026-11-27T10:00:00Z',
  }))

const SAL = Buffer.alloc(16, 3)
const MENSAJES = ['Llegó el camión.', 'Bien.'].map((texto, i) => ({
  id: i + 1,
  creado_en: '2026-11-27T10:00:00.000000Z',
  tipo: 'usuario',
  autor: 'Ana',
  empresa: null,
  texto,
  // The first goes with a paper.
  documento: i ? null : 101,
}))
const hojaDe = ({ id, canonico }: MensajeSellado) => [Number(id), sha256(SAL, canonico).toString('hex')]

/** A contract with its chain, anchored under a root of three leaves. */
export async function hacer(codigo = 'CT-2026-00001'): Promise<{ exp: Expediente; fuentes: Fuentes }> {
  expedienteSettings.open({ paginaUrl: URL })
  const documentos = papeles()
  const sellados: MensajeSellado[] = MENSAJES.map(({ documento, ...mensaje }) => ({
    id: String(mensaje.id),
    canonico: canonical({ ...mensaje, documento_id: documento, contrato_id: 1 }),
  }))
  const cadena = cadenaDe(codigo, [
    { tipo: 'contrato.creado', objeto: 'contrato/1', datos: { fila: { volumen_tm: '200' } } },
    ...documentos.map(({ id, sha256 }) => ({
      tipo: 'documento.registrado',
      objeto: `documento/${id}`,
      datos: { fila: { sha256 } },
    })),
    { tipo: 'mensajes.resumen', objeto: 'mensajes/2', datos: { mensajes: sellados.map(hojaDe) } },
  ])
  const cabeza = cadena.at(-1)!
  const leaves = [sha256('otra'), Buffer.from(cabeza.hash, 'hex'), sha256('y otra')]
  const camino = await inclusionProof(subtreesOf(leaves.map(leafHash)), 1, 3)
  const exp: Expediente = {
    id: '1',
    codigo,
    n: cabeza.n,
    hash: cabeza.hash,
    en: '2026-11-27T15:05:00.000Z',
    mensajes_hasta: '2',
    partes: [
      {
        papel: 'exportadora',
        nombre: 'Agroarriba S. A.',
        tipo: 'exportadora',
        ruc: '0990000000001',
        pendiente: false,
      },
      {
        papel: 'contraparte',
        nombre: 'Centro Ñandú',
        tipo: 'centro_acopio',
        ruc: '0990000001001',
        pendiente: false,
      },
    ],
    terminos: {
      codigo,
      estado: 'Activo',
      volumen_tm: '200.50',
      precio_fijado_tm: '5000.00',
      creado_en: '2026-11-01T12:00:00Z',
    },
    versiones: [
      {
        n: 1,
        terminos: { volumen_tm: '200.00', precio_fijado_tm: '5000.00' },
        origen: 'creacion',
        propone: 'Agroarriba S. A.',
        propuesta_en: '2026-11-01T12:00:00Z',
        acepta: 'Centro Ñandú',
        aceptada_en: '2026-11-01T13:00:00Z',
      },
      {
        n: 2,
        terminos: { volumen_tm: '200.50', precio_fijado_tm: '5000.00' },
        origen: 'enmienda',
        propone: 'Centro Ñandú',
        propuesta_en: '2026-11-02T12:00:00Z',
        acepta: 'Agroarriba S. A.',
        aceptada_en: '2026-11-02T13:00:00Z',
      },
    ],
    enmiendas: [
      {
        n: 1,
        de_version: 1,
        cambios: { precio_fijado_tm: '9000.00' },
        nota: null,
        estado: 'rechazada',
        propone: 'Centro Ñandú',
        propuesta_en: '2026-11-02T10:00:00Z',
        responde: 'Agroarriba S. A.',
        respondida_en: '2026-11-02T11:00:00Z',
        motivo: 'No es lo acordado.',
      },
    ],
    fijaciones: [],
    lotes: [],
    reaperturas: [],
    documentos,
  }
  const mensajes: Mensaje[] = MENSAJES.map((mensaje) => ({
    id: String(mensaje.id),
    cuerpo: JSON.stringify(mensaje),
  }))
  const letra = (name: string) => readFile(join(PROJECT_DIR, `node_modules/dejavu-fonts-ttf/ttf/${name}.ttf`))
  const letras = { normal: await letra('DejaVuSans'), negrita: await letra('DejaVuSans-Bold') }
  const hechos = async function* () {
    yield* cadena
  }
  return {
    exp,
    fuentes: {
      papel: async ({ nombre }) =>
        (async function* () {
          yield PAPELES[nombre]!
        })(),
      hechos,
      mensajes: async function* () {
        yield* mensajes
      },
      sellados: async function* () {
        yield* sellados
      },
      sales: [{ objeto: 'mensajes/2', sal: SAL.toString('hex') }],
      autoridades: '',
      ancla: {
        n: cabeza.n,
        i: '1',
        nota: signedCheckpoint({ origin: signer.name, size: 3, root: merkleRoot(leaves) }, signer),
        camino: camino.map((hash) => hash.toString('hex')),
        sello: null,
      },
      discrepancias: [],
      pdf: (papeles) =>
        caratula(exp, {
          papeles,
          hechos: hechos(),
          discrepancias: [],
          url: `${URL}/v/${codigo}/${TESTIGO}?s=5-0011223344556677`,
          letras,
        }),
      verificador: await readFile(VERIFICADOR, 'utf8'),
      signers: [signer],
      claves: [CLAVE],
      clavesEn: `${URL}/.well-known/triboka-evidencia.json`,
    },
  }
}

/** The ZIP of what was made. */
export async function enZip({ exp, fuentes }: { exp: Expediente; fuentes: Fuentes }): Promise<Buffer> {
  const zip = openZip()
  const [bytes] = await Promise.all([
    buffer(zip.output),
    escribirBolsa(zip, exp, fuentes).then(zip.end, zip.destroy),
  ])
  return bytes
}
