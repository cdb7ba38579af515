import type { Falla } from '../../evidencia/fallas.ts'
import type { PapelEnBolsa } from '../bolsa.ts'
import { qrModules } from '../direccion.ts'
import type { Expediente, Fijacion, Hecho, Terminos } from '../leer.ts'
import { enmiendas, versiones } from './acuerdos.ts'
import { abrirHojas, FILAS, type Hojas, type Letras } from './hojas.ts'
import { cuando, hechoEnPalabras, nombreDe } from './palabras.ts'

const corta = (hash: string) => hash.slice(0, 12)

const huellaDe = ({ sha256, verificacion }: PapelEnBolsa) =>
  verificacion === 'verificado' && sha256 ? corta(sha256) : verificacion

/** What the cover needs besides the contract. */
export interface Caratula {
  papeles: readonly PapelEnBolsa[]
  hechos: AsyncIterable<Hecho>
  discrepancias: readonly Falla[]
  /** Address of the public page, with the seal. */
  url: string
  letras: Letras
}

const terminosDe = (terminos: Terminos): [string, string | null][] =>
  Object.entries(terminos)
    .filter(([clave]) => clave !== 'codigo')
    .map(([clave, valor]) => {
      const esInstante = typeof valor === 'string' && /_en$/.test(clave)
      return [nombreDe(clave), esInstante ? cuando(valor) : valor === null ? null : String(valor)]
    })

/** First of all: who reads no further is told. */
async function noCuadra(hojas: Hojas, discrepancias: readonly Falla[]): Promise<void> {
  if (discrepancias.length === 0) return
  hojas.seccion('NO CUADRA CON SU CADENA')
  hojas.parrafo('Al hacer este expediente, lo que sigue ya no era lo que la cadena de hechos contó:')
  await hojas.tabla(
    ['De qué', 'Qué', 'Campos'].map((nombre) => ({ nombre, ancho: 1 / 3 })),
    discrepancias.map(({ objeto, falla, campos }) => [objeto, falla, campos.join(', ')]),
    'data/evidencia/pruebas.json',
  )
}

async function partes(hojas: Hojas, { partes: todas }: Expediente): Promise<void> {
  hojas.seccion('Partes')
  await hojas.tabla(
    [
      { nombre: 'Papel', ancho: 0.2 },
      { nombre: 'Empresa', ancho: 0.55 },
      { nombre: 'RUC', ancho: 0.25 },
    ],
    todas.map(({ papel, nombre, ruc, pendiente }) => [
      nombreDe(papel) + (pendiente ? ' (sin aceptar)' : ''),
      nombre,
      ruc ?? '',
    ]),
  )
}

const estadoDe = ({ anulada_en, confirmada_en }: Fijacion) =>
  anulada_en ? 'Anulada' : confirmada_en ? 'Fijada' : 'Por confirmar'

async function lotesYFijaciones(hojas: Hojas, { lotes, fijaciones }: Expediente): Promise<void> {
  if (fijaciones.length > 0) {
    hojas.seccion('Fijaciones')
    await hojas.tabla(
      ['Fecha', 'TM', 'Nueva York', 'Diferencial', 'USD/TM', 'Estado'].map((nombre) => ({
        nombre,
        ancho: 1 / 6,
      })),
      fijaciones.map((f) => [f.fecha, f.tm, f.ny, f.diferencial, f.precio_tm, estadoDe(f)]),
    )
  }
  if (lotes.length > 0) {
    hojas.seccion('Lotes')
    await hojas.tabla(
      ['Código', 'Estado', 'Peso (qq)', 'Humedad (%)', 'Recibido', 'Exportado'].map((nombre) => ({
        nombre,
        ancho: 1 / 6,
      })),
      lotes.map((l) => [
        l.codigo_lote,
        l.estado,
        l.peso_qq,
        l.humedad,
        cuando(l.recibido_en) ?? '',
        cuando(l.exportado_en) ?? '',
      ]),
    )
  }
}

async function papeles(hojas: Hojas, { papeles: todos }: Caratula): Promise<void> {
  hojas.seccion('Papeles')
  await hojas.tabla(
    [
      { nombre: 'N.º', ancho: 0.06 },
      { nombre: 'Tipo', ancho: 0.17 },
      { nombre: 'Nombre', ancho: 0.37 },
      { nombre: 'Subido', ancho: 0.2 },
      { nombre: 'SHA-256', ancho: 0.2 },
    ],
    todos.map((papel, i) => [
      String(i + 1),
      nombreDe(papel.tipo),
      papel.nombre,
      cuando(papel.fecha_subida) ?? '',
      papel.archivo === undefined ? 'sin archivo' : huellaDe(papel),
    ]),
  )
}

async function linea(hojas: Hojas, exp: Expediente, { hechos }: Caratula): Promise<void> {
  hojas.seccion('Hechos')
  const desde = Math.max(0, Number(exp.n) - FILAS)
  if (desde > 0)
    hojas.parrafo(`Los ${FILAS} últimos; los ${desde} anteriores están en data/evidencia/eventos.jsonl.`)
  const filas: string[][] = []
  for await (const { n, hash, canonico } of hechos) {
    if (Number(n) <= desde) continue
    const { en, tipo, objeto } = JSON.parse(canonico) as { en: string; tipo: string; objeto: string }
    filas.push([n, cuando(en) ?? '', hechoEnPalabras(tipo), objeto, corta(hash)])
  }
  await hojas.tabla(
    [
      { nombre: 'N.º', ancho: 0.08 },
      { nombre: 'Cuándo', ancho: 0.22 },
      { nombre: 'Qué', ancho: 0.3 },
      { nombre: 'De qué', ancho: 0.22 },
      { nombre: 'Huella', ancho: 0.18 },
    ],
    filas,
  )
}

/** expediente.pdf: what the contract says and what happened, for a person to read. */
export async function caratula(exp: Expediente, con: Caratula): Promise<Buffer> {
  const sello = `${exp.n}-${exp.hash.slice(0, 16)}`
  const titulo = `Expediente ${exp.codigo}`
  const pie = `${exp.codigo} · sello ${sello}`
  const hojas = abrirHojas({ titulo, fecha: new Date(exp.en), letras: con.letras, pie })
  hojas.titulo(titulo)
  hojas.datos([
    ['Estado', String(exp.terminos.estado)],
    ['Hasta el hecho', `${exp.n}, sellado el ${cuando(exp.en)}`],
    ['Sello', sello],
    ['Cabeza de la cadena', exp.hash],
  ])
  await noCuadra(hojas, con.discrepancias)
  await partes(hojas, exp)
  hojas.seccion('Términos vigentes')
  hojas.datos(terminosDe(exp.terminos))
  await versiones(hojas, exp)
  await enmiendas(hojas, exp)
  await lotesYFijaciones(hojas, exp)
  await papeles(hojas, con)
  await linea(hojas, exp, con)
  hojas.seccion('Cómo se comprueba')
  hojas.qr(
    qrModules(con.url),
    110,
    `Esta página dice si el sello ${sello} es auténtico:\n${con.url}\n\nPara comprobarlo todo sin nosotros: node data/evidencia/verificar.mjs, como explica LEEME.txt.\n\nÍntegro desde su recepción no quiere decir legalmente válido: eso lo dicen las leyes y quien las aplica.`,
  )
  return hojas.terminar()
}
