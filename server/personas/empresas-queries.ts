import { namedQuery } from '../db/named-query.ts'

const EMPRESA = 'e.id, e.nombre, e.tipo, e.activo, e.creado_en, e.actualizado_en, e.siglas'
const AVISOS = `case when privado.ruc_cumple_modulo11(e.ruc) then '[]'::json
  else json_build_array('El RUC no cumple módulo 11: el SRI emite algunos así, verifíquelo en su página.') end as avisos`

/** → the company, and what to be warned of. */
export const crearEmpresa = namedQuery(
  'crear_empresa',
  ['ruc', 'nombre', 'tipo', 'siglas'],
  (p) => `with nueva as (
    insert into public.empresas as e (ruc, nombre, tipo, siglas) values (${p.ruc}, ${p.nombre}, ${p.tipo}, ${p.siglas}) returning ${EMPRESA}
  ) select row_to_json(empresa) as cuerpo from (select e.*, ${AVISOS} from (select nueva.*, ${p.ruc} as ruc from nueva) as e) as empresa`,
)

/** What changes (null leaves what there is) → the company, and what to be warned of. */
export const editarEmpresa = namedQuery(
  'editar_empresa',
  ['id', 'ruc', 'nombre', 'activo', 'siglas'],
  (p) => `with antes as materialized (
    select f.id, f.ruc from privado.ficha_empresa(${p.id}::bigint) as f
  ), nueva as (
    update public.empresas e set ruc = coalesce(${p.ruc}, antes.ruc), nombre = coalesce(${p.nombre}, e.nombre),
      activo = coalesce(${p.activo}::boolean, e.activo), siglas = coalesce(${p.siglas}, e.siglas)
    from antes where e.id = antes.id returning ${EMPRESA}
  ) select row_to_json(empresa) as cuerpo
  from (select e.*, ${AVISOS} from (select nueva.*, coalesce(${p.ruc}, antes.ruc) as ruc from nueva join antes using (id)) as e) as empresa`,
)
