import { page } from '../db/fragments.ts'
import type { Query } from '../db/types.ts'

/** → the caller's profile. */
export const verPerfil: Query = { name: 'ver_perfil', text: 'select public.perfil() as cuerpo' }

/** $1 nombre, $2 telefono, $3 idioma, as JSON in $1 with only what changes. */
export const editarPerfil: Query = {
  name: 'editar_perfil',
  text: `update public.usuarios u set
      nombre = case when cambios ? 'nombre' then cambios ->> 'nombre' else u.nombre end,
      telefono = case when cambios ? 'telefono' then cambios ->> 'telefono' else u.telefono end,
      idioma = case when cambios ? 'idioma' then cambios ->> 'idioma' else u.idioma end
    from (select $1::jsonb as cambios) as edicion where u.id = (select auth.uid())`,
}

/** $1 preferences as JSON: kind → en_app, push; what is not said stays. */
export const editarPreferencias: Query = {
  name: 'editar_preferencias',
  text: `insert into public.preferencias as p (tipo, en_app, push)
    select c.key, coalesce((c.value ->> 'en_app')::boolean, antes.en_app, true),
      coalesce((c.value ->> 'push')::boolean, antes.push, true)
    from jsonb_each($1::jsonb) as c
    left join public.preferencias antes on antes.usuario_id = (select auth.uid()) and antes.tipo = c.key
    on conflict (usuario_id, tipo) do update set en_app = excluded.en_app, push = excluded.push`,
}

/** Columns of a person `u` of company `e`, in the order of the answer. */
const USUARIO = `u.id, privado.correo(u.id) as email, u.nombre, u.telefono, u.rol, u.activo, u.empresa_id,
  e.nombre as empresa, u.invitado_por, u.creado_en`
const CON_EMPRESA = 'left join public.empresas e on e.id = u.empresa_id'

/** $1 limit, $2 id after which it goes on, $3 empresa, $4 activo, $5 part of the name → a page, by name. */
export const paginaUsuarios: Query = {
  name: 'pagina_usuarios',
  text: `select p.*, (select privado.mi_rol()) is not null as activo from (${page(
    `select ${USUARIO} from public.usuarios u ${CON_EMPRESA}
     where (u.empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()))
       and ($2::uuid is null or (lower(u.nombre), u.id) > (select lower(x.nombre), x.id from public.usuarios x where x.id = $2))
       and ($3::bigint is null or u.empresa_id = $3) and ($4::boolean is null or u.activo = $4)
       and ($5::text is null or strpos(privado.normalizar(u.nombre), privado.normalizar($5)) > 0)
     order by lower(u.nombre), u.id limit $1 + 1`,
    'lower(r.nombre), r.id',
    '$1',
  )}) as p`,
}

/** $1 user, $2 rol, $3 activo (null leaves what there is) → the user. */
export const editarUsuario: Query = {
  name: 'editar_usuario',
  text: `with u as (
    update public.usuarios u set rol = coalesce($2, u.rol), activo = coalesce($3::boolean, u.activo)
    where u.id = $1::uuid returning u.*
  ) select row_to_json(usuario) as cuerpo from (select ${USUARIO} from u ${CON_EMPRESA}) as usuario`,
}

/** $1 user → whether the caller may see it. */
export const accesoUsuario: Query = {
  name: 'acceso_usuario',
  text: 'select exists (select from public.usuarios u where u.id = $1::uuid) as visible',
}

/** $1 user: all its sessions end. */
export const cerrarSesiones: Query = {
  name: 'cerrar_sesiones',
  text: 'select public.cerrar_sesiones($1::uuid)',
}

/** $1 email, $2 empresa_id or null, $3 rol or null → the invitation, with the token of its link. */
export const invitar: Query = {
  name: 'invitar',
  text: 'select public.invitar($1, $2::bigint, $3) as cuerpo',
}

/** $1 token, $2 password or null, $3 nombre or null → the address of the account. */
export const aceptarInvitacion: Query = {
  name: 'aceptar_invitacion',
  text: 'select public.aceptar_invitacion($1, $2, $3) as cuerpo',
}

/** Columns of an invitation `i` of company `e`. */
const INVITACION = `i.id, i.email, i.empresa_id, e.nombre as empresa, i.rol, i.invitado_por, i.creado_en, i.vence_en,
  case when i.aceptada_en is not null then 'aceptada' when i.anulada_en is not null then 'anulada'
    when i.vence_en <= now() then 'vencida' else 'abierta' end as estado`

/** $1 limit, $2 id after which it goes on → a page, newest first. */
export const paginaInvitaciones: Query = {
  name: 'pagina_invitaciones',
  text: `select p.*, (select privado.mi_rol()) is not null as activo from (${page(
    `select ${INVITACION} from public.invitaciones i left join public.empresas e on e.id = i.empresa_id
     where $2::bigint is null or i.id < $2 order by i.id desc limit $1 + 1`,
    'r.id desc',
    '$1',
  )}) as p`,
}

/** $1 invitation → its id, once void. */
export const anularInvitacion: Query = {
  name: 'anular_invitacion',
  text: 'update public.invitaciones set anulada_en = now() where id = $1::bigint returning id as cuerpo',
}
