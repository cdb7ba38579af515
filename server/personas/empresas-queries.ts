import type { Query } from '../db/database.ts'
import { lista, porClave } from '../db/fragments.ts'

const EMPRESA = 'e.id, e.nombre, e.tipo, e.activo, e.creado_en, e.actualizado_en'
const AVISOS = `case when privado.ruc_cumple_modulo11(e.ruc) then '[]'::json
  else json_build_array('El RUC no cumple módulo 11: el SRI emite algunos así, verifíquelo en su página.') end as avisos`

/** $1 ruc, $2 nombre, $3 tipo → the company, and what to be warned of. */
export const crearEmpresa: Query = {
  name: 'crear_empresa',
  text: `with nueva as (
    insert into public.empresas as e (ruc, nombre, tipo) values ($1, $2, $3) returning ${EMPRESA}
  ) select row_to_json(empresa) as cuerpo from (select e.*, ${AVISOS} from (select nueva.*, $1 as ruc from nueva) as e) as empresa`,
}

/** $1 company, $2 ruc, $3 nombre, $4 activo (null leaves what there is) → the company, and what to be warned of. */
export const editarEmpresa: Query = {
  name: 'editar_empresa',
  text: `with antes as materialized (select f.id, f.ruc from privado.ficha_empresa($1::bigint) as f), nueva as (
    update public.empresas e set ruc = coalesce($2, antes.ruc), nombre = coalesce($3, e.nombre), activo = coalesce($4::boolean, e.activo)
    from antes where e.id = antes.id returning ${EMPRESA}
  ) select row_to_json(empresa) as cuerpo
  from (select e.*, ${AVISOS} from (select nueva.*, coalesce($2, antes.ruc) as ruc from nueva join antes using (id)) as e) as empresa`,
}

/** $1 contract, $2 companies → the suppliers that were associated. */
export const asociarProveedores = porClave(
  'asociar_proveedores',
  (donde) => `with nuevos as (
    insert into public.contratos_participantes (contrato_id, empresa_id)
    select c.id, e from public.contratos c cross join unnest($2::bigint[]) as e where ${donde}
    returning empresa_id, papel
  ) select ${lista(`select n.empresa_id, e.nombre, n.papel from nuevos n join public.empresas e on e.id = n.empresa_id order by 1`)} as cuerpo
  where exists (select from nuevos)`,
)

/** $1 contract, $2 company → its id, once it is no longer party. */
export const retirarProveedor = porClave(
  'retirar_proveedor',
  (donde) => `delete from public.contratos_participantes p using public.contratos c
    where ${donde} and p.contrato_id = c.id and p.empresa_id = $2::bigint returning p.empresa_id as cuerpo`,
)

/** $1 contract, $2 company → whether it is party. */
export const accesoProveedor = porClave(
  'acceso_proveedor',
  (donde) => `select exists (
      select from public.contratos_participantes p where p.contrato_id = c.id and p.empresa_id = $2::bigint
    ) as visible from public.contratos c where ${donde}`,
)
