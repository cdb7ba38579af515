import { byKey, list } from '../db/fragments.ts'

/** The head of the chain that an expediente covers, and all that its cover tells. Every decimal is text. */
export interface Expediente {
  id: string
  codigo: string
  n: string
  hash: string
  en: string
  mensajes_hasta: string
  partes: Parte[]
  terminos: Terminos
  versiones: Version[]
  enmiendas: Enmienda[]
  fijaciones: Fijacion[]
  lotes: Lote[]
  reaperturas: { motivo: string; autor: string; creado_en: string }[]
  documentos: Papel[]
}

export interface Parte {
  papel: string
  nombre: string
  tipo: string
  ruc: string | null
  /** Asked to be party, without having said yes. */
  pendiente: boolean
}

export type Terminos = Record<string, string | number | null>

export interface Version {
  n: number
  terminos: Terminos
  origen: string
  propone: string | null
  propuesta_en: string | null
  acepta: string | null
  aceptada_en: string | null
}

export interface Enmienda {
  n: number
  de_version: number
  cambios: Terminos
  nota: string | null
  estado: string
  propone: string
  propuesta_en: string
  responde: string | null
  respondida_en: string | null
  motivo: string | null
}

export interface Fijacion {
  tm: string
  ny: string
  diferencial: string
  precio_tm: string
  fecha: string
  motivo: string | null
  confirmada_en: string | null
  anulada_en: string | null
}

export interface Lote {
  codigo_lote: string
  peso_qq: string
  humedad: string
  peso_inicial_qq: string
  humedad_inicial: string
  estado: string
  creado_en: string
  recibido_en: string | null
  secado_en: string | null
  exportado_en: string | null
  /** Of which lot of its owner's graph it promised how many kilos. */
  lote_id: string | null
  lote_kg: string | null
  origen_compartido: 'nada' | 'resumen' | 'productores'
}

export interface Papel {
  id: number
  tipo: string
  etiqueta: string | null
  lote: string | null
  nombre: string
  url_archivo: string
  bytes: number
  mime: string
  /** As the server computed it; null while nobody has. */
  sha256: string | null
  verificacion: 'por verificar' | 'verificado' | 'alterado' | 'sin archivo'
  fecha_subida: string
}

const TERMINOS = `c.codigo, coalesce(initcap(c.rechazado_como), c.estado) as estado, c.volumen_tm::text, p.precio_fijado_tm::text,
  p.diferencial_tm::text, c.calidad, c.fecha_entrega,
  c.tolerancia_pct::text, c.modalidad_precio, c.cierre, c.dias_confirmacion, c.fecha_firma, c.observaciones, c.creado_en, c.cerrado_en`

const nombre = (empresa: string) => `(select q.nombre from public.empresas q where q.id = ${empresa})`

/** $1 contract → its id, for who signs it; of who does not, an error that says so. */
export const firmarContrato = byKey(
  'firmar_contrato',
  (where) =>
    `select c.id, h.n from public.contratos c left join lateral privado.cabeza_de_expediente(c.id) as h on true where ${where}`,
)

/** $1 contract → what its expediente tells, as of one moment; of who does not sign it, an error that says so. */
export const leerExpediente = byKey(
  'leer_expediente',
  (where) => `select c.id, c.codigo, h.n, h.hash, to_json(h.en) #>> '{}' as en, h.mensajes_hasta,
      privado.partes_de(c.id) as partes,
      (select row_to_json(t) from (select ${TERMINOS} from public.contratos_precios p where p.contrato_id = c.id) as t) as terminos,
      ${list(`select v.n, v.terminos, v.origen, e.n as enmienda, ${nombre('v.propuesta_empresa')} as propone, v.propuesta_en,
          ${nombre('v.aceptada_empresa')} as acepta, v.aceptada_en
        from public.contratos_versiones v left join public.enmiendas e on e.id = v.enmienda_id
        where v.contrato_id = c.id order by v.n`)} as versiones,
      ${list(`select e.n, e.de_version, e.cambios, e.nota, e.estado, ${nombre('e.propuesta_empresa')} as propone, e.propuesta_en,
          ${nombre('e.respondida_empresa')} as responde, e.respondida_en, e.motivo
        from public.enmiendas e where e.contrato_id = c.id order by e.n`)} as enmiendas,
      ${list(`select f.tm::text, f.ny::text, f.diferencial::text, f.precio_tm::text, f.fecha, f.creado_en, f.motivo, f.confirmada_en,
          f.anulada_en
        from public.fijaciones f where f.contrato_id = c.id order by f.id`)} as fijaciones,
      ${list(`select l.codigo_lote, l.peso_qq::text, l.humedad::text, l.peso_inicial_qq::text, l.humedad_inicial::text, l.estado,
          l.creado_en, l.recibido_en, l.secado_en, l.exportado_en, l.lote_id, l.lote_kg::text, l.origen_compartido
        from public.lotes_asociados l where l.contrato_id = c.id order by l.id`)} as lotes,
      ${list(`select r.motivo, r.autor, r.creado_en from public.contratos_reaperturas r
        where r.contrato_id = c.id order by r.id`)} as reaperturas,
      ${list(`select d.id, d.tipo, d.etiqueta, l.codigo_lote as lote, d.nombre_archivo as nombre, d.url_archivo, d.bytes, d.mime,
          case when d.huella_de in ('subida', 'revision') then d.sha256 end as sha256,
          d.verificacion, d.fecha_subida
        from public.documentos_contrato d left join public.lotes_asociados l on l.id = d.lote_id
        where d.contrato_id = c.id order by d.id`)} as documentos
    from public.contratos c left join lateral privado.cabeza_de_expediente(c.id) as h on true
    where ${where}`,
)

/** A fact as it was sealed. */
export interface Hecho {
  n: string
  hash: string
  previo: string
  canonico: string
}

/** $1 id of the contract, $2 after which, $3 up to which, $4 how many at most → facts of its chain, in order. */
export const leerHechos = {
  name: 'leer_hechos',
  text: `select e.n, encode(e.hash, 'hex') as hash, encode(e.previo, 'hex') as previo, e.canonico
    from privado.evidencias_contrato($1::bigint, $2::bigint, $4::int) as e where e.n <= $3::bigint order by e.n`,
}

export interface Ancla {
  n: string
  i: string
  nota: string
  camino: string[]
  sello: string | null
}

/** $1 id of the contract, $2 head of the expediente → the signed root that covers it; no row where there is none yet. */
export const leerAncla = {
  name: 'leer_ancla',
  text: 'select * from privado.ancla_de_expediente($1::bigint, $2::bigint)',
}

/** $1 id of the contract, $2 hash of a new token, $3 its salt, $4 the one it takes the place of → the token of the QR. */
export const leerTestigo = {
  name: 'leer_testigo_de_expediente',
  text: `select t.id, t.huella, t.sal
    from privado.testigo_de_expediente($1::bigint, $2::bytea, $3::bytea, $4::bigint) as t`,
}

/** $1 id of the contract, $2 head, $3 hash and $4 bytes of the ZIP → whether it is the first time. */
export const anotarExpediente = {
  name: 'anotar_expediente',
  text: 'select privado.anotar_expediente($1::bigint, $2::bigint, $3, $4::bigint) as es_nuevo',
}
