-- Why: a contract joins an exporter and another company, is created for the caller's own company, and makes
-- both party to it. Suppliers join by invitation.
-- Touches: triggers of public.contratos and public.contratos_participantes. Where auth.uid() is null the
-- system writes (seed, workers): it may name any company, the rules of the trade still hold. Destructive: no.
create function privado.fijar_origen() returns trigger
language plpgsql set search_path = '' as $$
declare
  rol constant text := privado.mi_rol();
  empresa constant bigint := privado.mi_empresa();
begin
  if auth.uid() is null then
    return new;
  end if;
  if rol is null then
    raise exception 'cuenta_sin_acceso' using errcode = 'PT403',
      detail = 'Su cuenta o su empresa no están activas, o su cuenta todavía no tiene empresa.';
  elsif rol = 'proveedor' then
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
  insert into public.contratos_participantes (contrato_id, empresa_id, papel)
  values (new.id, new.exportadora_id, 'exportadora'), (new.id, new.contraparte_id, 'contraparte');
  return null;
end
$$;
comment on function privado.anotar_partes() is 'Disparador: exportadora y contraparte son parte del contrato.';

revoke all on function privado.fijar_origen(), privado.validar_partes(), privado.anotar_partes() from public;

create trigger _100_fijar_origen before insert on public.contratos
  for each row execute function privado.fijar_origen();
create trigger _200_validar_partes before insert on public.contratos
  for each row execute function privado.validar_partes();
create trigger _500_anotar_partes after insert on public.contratos
  for each row execute function privado.anotar_partes();

-- The contract a child row is written to, for its triggers. Whoever is not party gets the same answer as
-- for a contract that does not exist, and before waiting for any lock.
create function privado.exigir_contrato(contrato bigint, bloquear boolean default false) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.contratos;
begin
  if auth.uid() is null or privado.participa(contrato) or privado.es_admin() then
    if bloquear then
      -- Not "for update": that would clash with the lock of every foreign key to the contract.
      select * into fila from public.contratos c where c.id = contrato for no key update;
    else
      select * into fila from public.contratos c where c.id = contrato;
    end if;
  end if;
  if fila.id is null or fila.eliminado_en is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  return fila;
end
$$;
comment on function privado.exigir_contrato(bigint, boolean) is
  'El contrato, si existe y el usuario es parte; si no, contrato_no_existe.';

create function privado.validar_proveedor() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id);
begin
  if auth.uid() is not null and privado.mi_rol() = 'proveedor' then
    raise exception 'participante_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio o un administrador asocia proveedores.';
  end if;
  if contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  if not exists (
    select from public.empresas e where e.id = new.empresa_id and e.activo and e.tipo = 'proveedor'
  ) then
    raise exception 'proveedor_invalido' using errcode = 'PT422',
      detail = 'Solo se asocia a un contrato una empresa proveedora activa.', hint = 'proveedores';
  end if;
  if exists (
    select from public.contratos_participantes p
    where p.contrato_id = new.contrato_id and p.empresa_id = new.empresa_id
  ) then
    raise exception 'proveedor_repetido' using errcode = 'PT409',
      detail = 'Esa empresa ya es parte del contrato.', hint = 'proveedores';
  end if;
  return new;
end
$$;
comment on function privado.validar_proveedor() is 'Disparador: quién asocia proveedores, cuáles y cuándo.';
revoke all on function privado.exigir_contrato(bigint, boolean), privado.validar_proveedor() from public;

create trigger _100_validar_proveedor before insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.validar_proveedor();
