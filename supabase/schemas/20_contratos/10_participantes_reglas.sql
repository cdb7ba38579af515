-- Who joins a contract as an associated supplier, who leaves it, and who is party. Exporter and counterparty are
-- written by the contract itself.

create function privado.participa(contrato bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.contratos_participantes p
    where p.contrato_id = contrato and p.empresa_id = privado.mi_empresa() and not p.oculto
  );
end
$$;
comment on function privado.participa(bigint) is '¿Es la empresa del usuario parte de este contrato?';

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
  new.pendiente := false;
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
  -- One that its proposer has not been accepted by is asked. Of a contract that itself waits for an answer nobody is
  -- asked anything: who is related joins when it is accepted.
  if auth.uid() is not null then
    if privado.relacionadas(new.empresa_id, privado.mi_empresa()) or (privado.es_admin() and (
      privado.relacionadas(new.empresa_id, contrato.exportadora_id)
      or privado.relacionadas(new.empresa_id, contrato.contraparte_id))) then
      new.pendiente := contrato.propuesto_a is not null;
    elsif contrato.propuesto_a is not null then
      raise exception 'contrato_propuesto' using errcode = 'PT409',
        detail = 'La otra parte no ha aceptado ese contrato: espere su respuesta.';
    else
      new.pendiente := true;
    end if;
  end if;
  new.oculto := new.pendiente;
  return new;
end
$$;
comment on function privado.validar_proveedor() is 'Disparador: quién asocia proveedores, cuáles y cuándo.';

-- Its documents, lots and messages stay.
create function privado.retirar_proveedor() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato public.contratos;
begin
  -- Who was only asked is no party: the question ends whatever became of the contract.
  if not old.pendiente then
    contrato := privado.exigir_contrato(old.contrato_id, bloquear => true);
  end if;
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

revoke all on function privado.participa(bigint), privado.validar_proveedor(), privado.retirar_proveedor() from public;
grant execute on function privado.participa(bigint) to authenticated, service_role;
