// What was said on a contract: as it is read, and as its digests in the chain are made of it.

export interface Mensaje {
  id: string
  cuerpo: string
}

/** $1 id of the contract, $2 after which, $3 up to which, $4 how many at most → its messages, oldest first. */
export const leerMensajes = {
  name: 'leer_mensajes',
  text: `select m.id, (select row_to_json(t) from (
      select m.id, m.creado_en, m.tipo, m.autor, m.empresa, m.texto, m.documento_id as documento, l.codigo_lote as lote,
        m.usuario_id) as t) as cuerpo
    from public.mensajes m left join public.lotes_asociados l on l.id = m.lote_id
    where m.contrato_id = $1::bigint and m.id > $2::bigint and m.id <= $3::bigint order by m.id limit $4::int`,
}

/** What its digest in the chain is hashed from. */
export interface MensajeSellado {
  id: string
  canonico: string
}

/** The same, of the messages as they were sealed. */
export const leerSellados = {
  name: 'leer_mensajes_sellados',
  text: 'select id, canonico from privado.mensajes_de_expediente($1::bigint, $2::bigint, $3::bigint, $4::int)',
}

/** $1 id of the contract → the salts of the digests of its conversation, those that were not erased. */
export const leerSales = {
  name: 'leer_sales_de_mensajes',
  text: 'select objeto, sal from privado.sales_de_mensajes($1::bigint)',
}

/** $1 id of the contract: what was said up to now joins its chain. */
export const cerrarConversacion = {
  name: 'cerrar_conversacion',
  text: 'select privado.cerrar_conversacion($1::bigint)',
}
