-- What is done with the result of a backup, by the service role: it is kept, told to the administrators when it is bad,
-- and missed when it does not come.

-- What fails is tried again every hour; told once a day.
create function privado.registrar_respaldo(
  v_tipo text, v_exito boolean, v_carpeta text default null, v_bytes bigint default null, v_detalle text default null
) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  avisar boolean;
begin
  perform pg_advisory_xact_lock(hashtextextended('privado.respaldos', 0));
  avisar := not v_exito and not exists (
    select from privado.respaldos r
    where r.tipo = v_tipo and r.avisado and r.creado_en > now() - interval '20 hours'
      and not exists (select from privado.respaldos b where b.tipo = v_tipo and b.exito and b.id > r.id));
  insert into privado.respaldos (tipo, exito, carpeta, bytes, detalle, avisado)
  values (v_tipo, v_exito, v_carpeta, v_bytes, left(v_detalle, 2000), avisar);
  if avisar then
    perform privado.notificar_administradores('respaldo',
      case v_tipo
        when 'respaldo' then 'El respaldo de hoy falló.'
        when 'copia' then format('El respaldo %s no se pudo copiar fuera del servidor.', v_carpeta)
        when 'prueba' then format('El respaldo %s no pasó su prueba de restauración.', coalesce(v_carpeta, 'más nuevo'))
        else 'Los respaldos están atrasados.' end,
      jsonb_build_object('motivo', v_tipo, 'carpeta', v_carpeta));
  end if;
  delete from privado.respaldos r where r.creado_en < now() - interval '2 years';
end
$$;
comment on function privado.registrar_respaldo(text, boolean, text, bigint, text) is
  'Guarda el resultado de un respaldo, su copia o su prueba, y avisa de uno malo a los administradores.';

-- Late: two hours after 02:00 without the backup of the day, or a day after Sunday without the proof of the week.
create function privado.estado_respaldos(
  out primero timestamptz, out ultimo timestamptz, out probado timestamptz, out fallido boolean, out atrasado boolean)
language sql stable security definer set search_path = '' as $$
  select e.primero, e.ultimo, e.probado,
    exists (
      select from unnest('{respaldo,copia,prueba}'::text[]) as t (tipo)
      cross join lateral (
        select r.exito from privado.respaldos r where r.tipo = t.tipo order by r.id desc limit 1) as final
      where not final.exito),
    coalesce(e.ultimo < now() - interval '26 hours', true)
      or coalesce(e.probado, e.primero) < now() - interval '8 days'
  from (
    select min(r.creado_en) filter (where r.tipo = 'respaldo') as primero,
      max(r.creado_en) filter (where r.tipo = 'respaldo') as ultimo,
      max(r.creado_en) filter (where r.tipo = 'prueba') as probado
    from privado.respaldos r where r.exito
  ) as e
$$;
comment on function privado.estado_respaldos() is
  'Primer y último respaldo bueno, última prueba buena, y si el último intento falló o falta el que toca.';

create function privado.vigilar_respaldos() returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  atrasado constant boolean := (select e.atrasado from privado.estado_respaldos() as e);
begin
  if atrasado then
    perform privado.registrar_respaldo('atraso', false);
  end if;
  return atrasado;
end
$$;
comment on function privado.vigilar_respaldos() is 'Avisa a los administradores, una vez al día, si los respaldos se atrasan.';

revoke all on function privado.registrar_respaldo(text, boolean, text, bigint, text), privado.estado_respaldos(),
  privado.vigilar_respaldos() from public;
grant execute on function privado.registrar_respaldo(text, boolean, text, bigint, text), privado.estado_respaldos(),
  privado.vigilar_respaldos() to service_role;
