import { byKey, page } from '../db/fragments.ts'
import { namedQuery } from '../db/named-query.ts'
import { loteNombrado } from '../lotes/queries.ts'

// What a client said of the bytes, when it could, is no hash of ours.
const HUELLA = `case when d.huella_de in ('subida', 'revision') then d.sha256 end`

/** Columns of a document `d` of contract `c`, with its lot `l`, in the order of the answer; no hash but the server's. */
export const DOCUMENTO = `d.tipo, d.nombre_archivo as nombre, d.id, d.etiqueta, l.codigo_lote as lote, d.bytes,
  d.mime, ${HUELLA} as sha256, d.verificacion, d.duplicado_de, d.fecha_subida, d.url_archivo,
  '/contratos/' || c.codigo || '/documentos/' || d.id as url`

/** Documents with their lot. */
export const DOCUMENTOS_DE =
  'public.documentos_contrato d left join public.lotes_asociados l on l.id = d.lote_id'

/** $1 contract → who may upload to it: its id and code, and whether the caller may. */
export const prepararSubida = byKey(
  'preparar_subida',
  (where) =>
    `select c.id, c.codigo, privado.puede_subir(c.id) as puede from public.contratos c where ${where}`,
)

/**
 * Of some bytes, and their lot or null → the document of the caller's company that has them already, the lot's id, and
 * the name that a new one would have.
 */
export const ubicarDocumento = namedQuery(
  'ubicar_documento',
  ['contrato_id', 'lote', 'sha256', 'tipo', 'etiqueta', 'extension'],
  (p) => `select
      (select row_to_json(documento) from (
        select ${DOCUMENTO} from ${DOCUMENTOS_DE}
        where d.contrato_id = c.id and d.sha256 = ${p.sha256} and d.verificacion = 'verificado'
          and d.empresa_id is not distinct from (select privado.mi_empresa())
        order by d.id limit 1) as documento) as existente,
      ${loteNombrado(p.lote)} as lote_id,
      public.siguiente_nombre_documento(c.id, ${p.tipo}, ${p.etiqueta}, ${p.extension}) as nombre
    from public.contratos c where c.id = ${p.contrato_id}`,
)

/**
 * Its `sha256` and `mime` are of the bytes as they passed → the document; no row when its bytes or its number are there
 * already.
 */
export const registrarDocumento = namedQuery(
  'registrar_documento',
  ['contrato_id', 'lote_id', 'tipo', 'etiqueta', 'nombre_archivo', 'url_archivo', 'sha256', 'mime'],
  (p) => `with d as (
      insert into public.documentos_contrato (contrato_id, lote_id, tipo, etiqueta, nombre_archivo, url_archivo)
      select ${p.contrato_id}::bigint, ${p.lote_id}::bigint, ${p.tipo}, ${p.etiqueta}, ${p.nombre_archivo}, ${p.url_archivo}
      from set_config('privado.subida',
        json_build_object('objeto', ${p.url_archivo}::text, 'sha256', ${p.sha256}::text, 'mime', ${p.mime}::text)::text, true)
      on conflict do nothing returning *
    ) select row_to_json(documento) as cuerpo from (
      select ${DOCUMENTO} from d join public.contratos c on c.id = d.contrato_id
        left join public.lotes_asociados l on l.id = d.lote_id
    ) as documento`,
)

/** $1 contract, $2 limit, $3 tipo, $4 lot, $5 id after which it goes on → a page; no row without the contract. */
export const paginaDocumentos = byKey(
  'pagina_documentos',
  (where) =>
    `select p.* from public.contratos c cross join lateral (${page(
      `select ${DOCUMENTO} from ${DOCUMENTOS_DE}
     where d.contrato_id = c.id and ($3::text is null or d.tipo = $3)
       and ($4::text is null or d.lote_id = ${loteNombrado('$4')}) and ($5::bigint is null or d.id > $5)
     order by d.id limit $2 + 1`,
      'r.id',
      '$2',
    )}) as p where ${where}`,
)

/** $1 contract, $2 id of the document → where its bytes are and how to serve them. */
export const ubicarArchivo = byKey(
  'ubicar_archivo',
  (where) => `select d.id, d.url_archivo, d.nombre_archivo, d.mime,
      case when d.verificacion = 'verificado' then d.sha256 end as sha256
    from public.contratos c join public.documentos_contrato d on d.contrato_id = c.id where ${where} and d.id = $2::bigint`,
)
