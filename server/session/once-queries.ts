import type { Query } from '../db/types.ts'

/** $1 key, $2 path, $3 fingerprint of the input → the first answer, or null when the key is new. */
export const iniciarClave: Query = {
  name: 'idempotencia_iniciar',
  text: `select (previa ->> 'estado')::int as estado, previa -> 'cuerpo' as cuerpo
    from privado.idempotencia_iniciar($1, $2, $3) as previa`,
}

/** $1 key, $2 path, $3 status, $4 JSON of the answer. */
export const guardarRespuesta: Query = {
  name: 'idempotencia_guardar',
  text: 'select privado.idempotencia_guardar($1, $2, $3, $4)',
}
