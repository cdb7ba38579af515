import * as v from 'valibot'
import { byKey, list } from '../db/fragments.ts'
import { EntradaIdSchema } from '../http/schemas.ts'
import { ParticipanteSchema } from './schemas.ts'

/** POST /contratos/{id}/proveedores. */
export const NuevosProveedoresSchema = v.strictObject({
  proveedores: v.pipe(
    v.array(EntradaIdSchema),
    v.minLength(1, 'Diga al menos un proveedor.'),
    v.maxLength(50, 'Admite 50 proveedores.'),
  ),
})
export const ProveedoresSchema = v.strictObject({ proveedores: v.array(ParticipanteSchema) })

/** $1 contract, $2 companies → the suppliers that were associated. */
export const asociarProveedores = byKey(
  'asociar_proveedores',
  (where) => `with nuevos as (
    insert into public.contratos_participantes (contrato_id, empresa_id)
    select c.id, e from public.contratos c cross join unnest($2::bigint[]) as e where ${where}
    returning empresa_id, papel, pendiente
  ) select ${list(`select n.empresa_id, e.nombre, n.papel, n.pendiente from nuevos n join public.empresas e on e.id = n.empresa_id order by 1`)} as cuerpo
  where exists (select from nuevos)`,
)

/** $1 contract, $2 company → its id, once it is no longer party. */
export const retirarProveedor = byKey(
  'retirar_proveedor',
  (where) => `delete from public.contratos_participantes p using public.contratos c
    where ${where} and p.contrato_id = c.id and p.empresa_id = $2::bigint returning p.empresa_id as cuerpo`,
)

/** $1 contract, $2 company → whether it is party. */
export const accesoProveedor = byKey(
  'acceso_proveedor',
  (where) => `select exists (
      select from public.contratos_participantes p where p.contrato_id = c.id and p.empresa_id = $2::bigint
    ) as visible from public.contratos c where ${where}`,
)
