-- Why: a supplier company is associated to a contract and taken off it; its documents, lots and messages stay.
-- Touches: contratos_participantes gets a policy of delete and its rules. Destructive: no.
create policy delete_parte on public.contratos_participantes for delete to authenticated
  using (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
  );
grant delete on public.contratos_participantes to authenticated;

create function privado.retirar_proveedor() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(old.contrato_id, bloquear => true);
begin
  if old.papel <> 'proveedor' then
    raise exception 'participante_fijo' using errcode = 'PT409',
      detail = 'La exportadora y la contraparte de un contrato no se retiran.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  return old;
end
$$;
comment on function privado.retirar_proveedor() is 'Disparador: quién se retira de un contrato y cuándo.';

create or replace function privado.contar_participante() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    insert into public.mensajes (contrato_id, tipo, texto)
    select old.contrato_id, 'sistema', format('%s retiró a %s del contrato.', privado.quien(), e.nombre)
    from public.empresas e where e.id = old.empresa_id;
  else
    insert into public.mensajes (contrato_id, tipo, texto)
    select new.contrato_id, 'sistema', format('%s asoció a %s al contrato.', privado.quien(), e.nombre)
    from public.empresas e where e.id = new.empresa_id;
  end if;
  return null;
end
$$;
comment on function privado.contar_participante() is
  'Disparador: proveedores asociados y retirados, en la conversación.';
revoke all on function privado.retirar_proveedor() from public;

create trigger _100_retirar_proveedor before delete on public.contratos_participantes
  for each row execute function privado.retirar_proveedor();
create trigger _600_contar_retiro after delete on public.contratos_participantes
  for each row execute function privado.contar_participante();

-- Módulo 11 of companies: the SRI issues active RUCs that fail it, so it is only told.
create function privado.ruc_cumple_modulo11(ruc text) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  with pesos as (
    select case substr(ruc, 3, 1) when '9' then '{4,3,2,7,6,5,4,3,2}' when '6' then '{3,2,7,6,5,4,3,2}' end::int[] as p
  )
  select p is null or privado.cedula_valida(left(ruc, 10)) or (
    select (11 - sum(substr(ruc, i, 1)::int * p[i]) % 11) % 11 = substr(ruc, cardinality(p) + 1, 1)::int
    from generate_series(1, cardinality(p)) as i
  )
  from pesos
$$;
comment on function privado.ruc_cumple_modulo11(text) is
  '¿Cumple el dígito verificador de una empresa (tercer dígito 9 o 6)? El SRI emite RUC que no.';
revoke all on function privado.ruc_cumple_modulo11(text) from public;
grant execute on function privado.ruc_cumple_modulo11(text) to authenticated;
