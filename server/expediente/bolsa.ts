import { createHash } from 'node:crypto'
import { BAGIT_TXT, bagInfo, fileNameInBag, manifest, oxum } from '../evidencia/bagit.ts'
import { type Checkpoint, type Signer, signedCheckpoint } from '../evidencia/checkpoint.ts'
import type { Falla } from '../evidencia/fallas.ts'
import { emptyFrontier, grow, leafHash, rootOf } from '../evidencia/merkle.ts'
import type { BagFile, Content, ZipWriter } from '../evidencia/zip-writer.ts'
import type { Mensaje, MensajeSellado } from './conversacion.ts'
import { leeme } from './leeme.ts'
import type { Ancla, Expediente, Hecho, Papel } from './leer.ts'
import { selloEnBolsa } from './sello.ts'

/** What goes into the bag, and where it comes from; each is asked for when its turn comes. */
export interface Fuentes {
  /** The bytes of a paper; undefined where its object is not there. */
  papel(papel: Papel): Promise<AsyncIterable<Uint8Array> | undefined>
  hechos(): AsyncIterable<Hecho>
  mensajes(): AsyncIterable<Mensaje>
  /** The same messages, as the digests of the chain are made of them; and the salts of the digests. */
  sellados(): AsyncIterable<MensajeSellado>
  sales: readonly { objeto: string; sal: string }[]
  ancla: Ancla | undefined
  /** What of the contract is not what its chain told, when this was made. */
  discrepancias: readonly Falla[]
  /** expediente.pdf, of the papers that are in the bag. */
  pdf(papeles: readonly PapelEnBolsa[]): Promise<Buffer>
  /** verificar.mjs */
  verificador: string
  /** The key of now first; while one follows another, both sign. */
  signers: readonly Signer[]
  /** PEM of who vouches for whoever stamps times; empty where it is not known. */
  autoridades: string
  /** Public keys as text: those that sign, and those that signed before. */
  claves: readonly string[]
  /** Where the keys are published. */
  clavesEn: string
}

/** A paper, and what was written of it. */
export interface PapelEnBolsa extends Papel {
  /** Path in the bag; undefined for one without a file. */
  archivo: string | undefined
  /** Hash of the bytes that went in. */
  leido: string | undefined
}

export const carpetaDe = ({ codigo, n }: Expediente) => `${codigo}-expediente-${n}`

const jsonl = async function* <T>(rows: AsyncIterable<T>, text: (row: T) => string) {
  for await (const row of rows) yield Buffer.from(text(row))
}

// As people of Ecuador read it, wherever the server is.
const hora = new Intl.DateTimeFormat('es-EC', {
  dateStyle: 'short',
  timeStyle: 'short',
  timeZone: 'America/Guayaquil',
  hourCycle: 'h23',
})
const fecha = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone: 'America/Guayaquil' })

function lineaDe({ cuerpo }: Mensaje): string {
  const { creado_en, tipo, autor, empresa, texto } = JSON.parse(cuerpo)
  const quien = tipo === 'sistema' ? '—' : `${autor}${empresa ? ` (${empresa})` : ''}:`
  return `${hora.format(new Date(creado_en))}  ${quien} ${texto.replaceAll('\n', '\n    ')}\n`
}

const sha256 = (...parts: string[]) =>
  parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest()

/**
 * Writes a bag file by file: nothing but one chunk of one of them is held. What it holds, and the order, is decided by the
 * state of the contract alone.
 */
export async function escribirBolsa(zip: ZipWriter, exp: Expediente, fuentes: Fuentes): Promise<void> {
  const raiz = carpetaDe(exp)
  const datos: BagFile[] = []
  const add = async (path: string, content: Content, isPacked = true): Promise<BagFile> => ({
    ...(await zip.add(`${raiz}/${path}`, content, isPacked)),
    path,
  })
  const dato = async (path: string, content: Content, isPacked = true): Promise<BagFile> => {
    const file = await add(`data/${path}`, content, isPacked)
    datos.push(file)
    return file
  }
  const firmado = (checkpoint: Checkpoint) => signedCheckpoint(checkpoint, ...fuentes.signers)
  const origen = `${fuentes.signers[0]!.name}/${exp.codigo}`
  const etiquetas = [await add('bagit.txt', BAGIT_TXT)]

  await dato('LEEME.txt', leeme(exp, fuentes))
  const papeles: PapelEnBolsa[] = []
  for (const [i, papel] of exp.documentos.entries()) {
    const content = papel.verificacion !== 'sin archivo' ? await fuentes.papel(papel) : undefined
    const name = `papeles/${papel.tipo}/${String(i + 1).padStart(4, '0')}-${fileNameInBag(papel.nombre)}`
    // Papers are small already: images, PDF.
    const file = content && (await dato(name, content, false))
    papeles.push({ ...papel, archivo: file?.path, leido: file?.sha256 })
  }
  await dato('contrato.json', contratoJson(exp, papeles))
  await dato(
    'conversacion/mensajes.jsonl',
    jsonl(fuentes.mensajes(), ({ cuerpo }) => `${cuerpo}\n`),
  )
  await dato('conversacion/conversacion.txt', jsonl(fuentes.mensajes(), lineaDe))
  await dato('expediente.pdf', await fuentes.pdf(papeles), false)

  const arbol = emptyFrontier()
  await dato(
    'evidencia/eventos.jsonl',
    jsonl(fuentes.hechos(), ({ n, hash, previo, canonico }) => {
      grow(arbol, leafHash(Buffer.from(hash, 'hex')))
      return `{"n":${n},"hash":"${hash}","previo":"${previo}","canonico":${JSON.stringify(canonico)}}\n`
    }),
  )
  await dato('evidencia/checkpoint.txt', firmado({ origin: origen, size: arbol.size, root: rootOf(arbol) }))
  await dato(
    'evidencia/mensajes.jsonl',
    jsonl(fuentes.sellados(), ({ id, canonico }) => `{"id":${id},"canonico":${JSON.stringify(canonico)}}\n`),
  )
  const sellado = await selloEnBolsa(fuentes.ancla, fuentes.autoridades)
  for (const [nombre, content] of sellado.archivos) await dato(`evidencia/${nombre}`, content)
  const discrepancias = [...fuentes.discrepancias, ...sellado.fallas]
  await dato('evidencia/pruebas.json', pruebas(exp, papeles, { ...fuentes, discrepancias }))
  await dato('evidencia/verificar.mjs', fuentes.verificador)

  const info = bagInfo({
    'Bag-Software-Agent': 'triboka',
    'Bagging-Date': fecha.format(new Date(exp.en)),
    'External-Identifier': exp.codigo,
    'External-Description': `Expediente del contrato ${exp.codigo}, hasta el hecho ${exp.n} de su cadena`,
    'Payload-Oxum': oxum(datos),
  })
  const lista = manifest(datos)
  etiquetas.push(await add('bag-info.txt', info), await add('manifest-sha256.txt', lista))
  const firma = firmado({ origin: `${origen}/expediente`, size: arbol.size, root: sha256(lista, info) })
  etiquetas.push(await add('firma.txt', firma))
  await add('tagmanifest-sha256.txt', manifest(etiquetas))
}

const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

function contratoJson(exp: Expediente, papeles: readonly PapelEnBolsa[]): string {
  const { codigo, n, hash, en, partes, terminos, versiones, enmiendas, fijaciones, lotes, reaperturas } = exp
  const cadena = { n: Number(n), hash, en }
  const documentos = papeles.map(({ url_archivo: _, ...papel }) => papel)
  return pretty({
    codigo,
    cadena,
    partes,
    terminos,
    versiones,
    enmiendas,
    fijaciones,
    lotes,
    reaperturas,
    documentos,
  })
}

function pruebas(
  exp: Expediente,
  papeles: readonly PapelEnBolsa[],
  { ancla, claves, clavesEn, discrepancias, sales }: Fuentes,
): string {
  return pretty({
    contrato: exp.codigo,
    claves,
    claves_en: clavesEn,
    raices: ancla
      ? [
          {
            nota: ancla.nota,
            n: Number(ancla.n),
            indice: Number(ancla.i),
            camino: ancla.camino,
            sello_de_tiempo: ancla.sello,
          },
        ]
      : [],
    discrepancias,
    sales,
    papeles: papeles
      .filter(({ archivo, sha256 }) => archivo !== undefined && sha256 !== null)
      .map(({ id, archivo }) => ({ documento: id, archivo })),
  })
}
