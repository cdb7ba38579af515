-- Who reopens a closed contract, and until when: its exporter within seven days, saying why; later, an administrator.

create function privado.firmar_reapertura() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => true);
begin
  if not coalesce(privado.manda_en_contrato(contrato), false) then
    raise exception 'contrato_reabre_exportadora' using errcode = 'PT403',
      detail = 'Un contrato cerrado lo reabre su exportadora o un administrador.';
  elsif contrato.estado <> 'Cerrado' then
    raise exception 'contrato_no_cerrado' using errcode = 'PT409', detail = 'Ese contrato no está cerrado.';
  elsif auth.uid() is not null and not privado.es_admin()
    and contrato.cerrado_en < clock_timestamp() - interval '7 days' then
    raise exception 'reapertura_tardia' using errcode = 'PT403',
      detail = 'Pasaron siete días desde que se cerró: solo un administrador lo reabre.';
  end if;
  select u.id, u.nombre, e.nombre into new.usuario_id, new.autor, new.empresa
  from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid();
  new.autor := coalesce(new.autor, 'El sistema');
  new.motivo := btrim(new.motivo, E' \t\r\n');
  new.cerrado_en := contrato.cerrado_en;
  new.exportado_tm := privado.exportado_tm(contrato.id);
  new.volumen_tm := contrato.volumen_tm;
  new.creado_en := clock_timestamp();
  return new;
end
$$;
comment on function privado.firmar_reapertura() is
  'Disparador: quién reabre un contrato, hasta cuándo, y qué había cuando lo hizo.';

create function privado.reabrir() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.contratos set estado = 'Activo' where id = new.contrato_id;
  return null;
end
$$;
comment on function privado.reabrir() is 'Disparador: el contrato de una reapertura vuelve a estar Activo.';

create function privado.conservar_reapertura() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'reapertura_inmutable' using errcode = 'PT409',
    detail = 'Una reapertura no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_reapertura() is 'Disparador: las reaperturas son evidencia.';

-- Why the contract goes on, of the closing that is being undone; null where nobody said.
create function privado.motivo_reapertura(contrato bigint, cierre timestamptz) returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select r.motivo from public.contratos_reaperturas r where r.contrato_id = contrato and r.cerrado_en = cierre);
end
$$;
comment on function privado.motivo_reapertura(bigint, timestamptz) is 'Por qué se deshizo un cierre, si quedó dicho.';

revoke all on function privado.firmar_reapertura(), privado.reabrir(), privado.conservar_reapertura(),
  privado.motivo_reapertura(bigint, timestamptz) from public;
