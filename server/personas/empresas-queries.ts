import type { Query } from '../db/types.ts'

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
