-- A contract joins an exporter and another company, is created for the caller's own company, and makes both party to
-- it. Where auth.uid() is null the system writes (seed, workers): it may name any company, the rules of the trade still
-- hold.

create function privado.fijar_origen() returns trigger
language plpgsql set search_path = '' as $$
declare
  rol constant text := privado.mi_rol();
  empresa constant bigint := privado.mi_empresa();
begin
  if auth.uid() is null then
    return new;
  end if;
  perform privado.exigir_cuenta();
  if rol = 'proveedor' then
    raise exception 'contrato_sin_permiso' using errcode = 'PT403',
      detail = 'Solo una exportadora, un centro de acopio o un administrador crea contratos.';
  end if;
  new.creado_por := auth.uid();
  new.estado := case when rol = 'centro_acopio' then 'En revisión' else 'Activo' end;
  if rol = 'exportadora' then
    new.exportadora_id := coalesce(new.exportadora_id, empresa);
  elsif rol = 'centro_acopio' then
    new.contraparte_id := coalesce(new.contraparte_id, empresa);
  end if;
  if rol = 'exportadora' and new.exportadora_id <> empresa then
    raise exception 'contrato_ajeno' using errcode = 'PT403',
      detail = 'La exportadora del contrato es la empresa de quien lo crea.', hint = 'exportadora_id';
  elsif rol = 'centro_acopio' and new.contraparte_id <> empresa then
    raise exception 'contrato_ajeno' using errcode = 'PT403',
      detail = 'La contraparte del contrato es la empresa de quien lo crea.', hint = 'contraparte_id';
  end if;
  return new;
end
$$;
comment on function privado.fijar_origen() is
  'Disparador: autor, estado inicial y empresa propia de un contrato nuevo.';

create function privado.validar_partes() returns trigger
language plpgsql set search_path = '' as $$
begin
  if not exists (
    select from public.empresas e where e.id = new.exportadora_id and e.activo and e.tipo = 'exportadora'
  ) then
    raise exception 'exportadora_invalida' using errcode = 'PT422',
      detail = 'La exportadora debe ser una empresa exportadora activa.', hint = 'exportadora_id';
  end if;
  if not exists (
    select from public.empresas e
    where e.id = new.contraparte_id and e.activo and e.tipo in ('centro_acopio', 'proveedor')
  ) then
    raise exception 'contraparte_invalida' using errcode = 'PT422',
      detail = 'La contraparte debe ser un centro de acopio o un proveedor activo.', hint = 'contraparte_id';
  end if;
  return new;
end
$$;
comment on function privado.validar_partes() is 'Disparador: qué empresas pueden firmar un contrato.';

create function privado.anotar_partes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.contratos_participantes (contrato_id, empresa_id, papel, pendiente, oculto)
  select new.id, p.empresa, p.papel, p.pendiente, p.pendiente
  from (values
    (new.exportadora_id, 'exportadora', coalesce(new.exportadora_id = any (new.propuesto_a), false)),
    (new.contraparte_id, 'contraparte', coalesce(new.contraparte_id = any (new.propuesto_a), false))
  ) as p (empresa, papel, pendiente);
  if new.propuesto_a is not null then
    perform privado.proponer_contrato(new.id, asked.empresa) from unnest(new.propuesto_a) as asked (empresa);
  end if;
  return null;
end
$$;
comment on function privado.anotar_partes() is 'Disparador: exportadora y contraparte son parte del contrato, o se les pregunta.';

create function privado.ocultar_participantes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.contratos_participantes p set oculto = new.eliminado_en is not null or p.pendiente
  where p.contrato_id = new.id;
  return null;
end
$$;
comment on function privado.ocultar_participantes() is 'Disparador: un contrato eliminado se oculta a sus partes.';

revoke all on function privado.fijar_origen(), privado.validar_partes(), privado.anotar_partes(),
  privado.ocultar_participantes() from public;
