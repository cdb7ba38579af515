-- What happens to a contract and who is party to it, in its chain (see 05_evidencia).

-- First of what follows a row: the chain begins with the contract, and what other triggers of the row add comes after.
-- With a salt, which goes on in every hash that follows: a price is not found by trying until a head comes out that is
-- shown to others. Who signs the contract reads it, and nobody else.
create function privado.abrir_evidencia() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.abrir_cadena(new.codigo, (new.id, 'contrato.creado', 'contrato/' || new.id,
    '{"fila":' || privado.fila_contrato(new,
      case when num_nonnulls(new.observaciones, new.archivo_pdf) > 0 then privado.sal_de('contrato/' || new.id) end)
      || ',"sal":"' || encode(extensions.gen_random_bytes(16), 'hex') || '"}')::privado.evidencia_nueva);
  return null;
end
$$;
comment on function privado.abrir_evidencia() is 'Disparador: un contrato nuevo empieza su cadena.';

-- Compared with any salt: what was written again as it was is no change.
create function privado.encadenar_contratos() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array_agg((n.id,
    case
      when v.eliminado_en is null and n.eliminado_en is not null then 'contrato.eliminado'
      when v.eliminado_en is not null and n.eliminado_en is null then 'contrato.restaurado'
      when v.estado = n.estado then 'contrato.cambiado'
      when n.estado = 'Cerrado' then 'contrato.cerrado'
      when v.estado = 'Cerrado' then 'contrato.reabierto'
      else 'contrato.activado' end,
    'contrato/' || n.id,
    '{"fila":' || privado.fila_contrato(n::public.contratos,
      case when num_nonnulls(n.archivo_pdf, n.observaciones, n.rechazo_motivo) > 0 then privado.sal_de('contrato/' || n.id) end) || '}')::privado.evidencia_nueva
    order by n.id))
  from nuevos n join viejos v on v.id = n.id
  where privado.fila_contrato(n::public.contratos, '') <> privado.fila_contrato(v::public.contratos, '');
  return null;
end
$$;
comment on function privado.encadenar_contratos() is 'Disparador: lo que cambia en unos contratos, en sus cadenas.';

create function privado.encadenar_participante() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  parte constant public.contratos_participantes := case tg_op when 'DELETE' then old else new end;
begin
  perform privado.encadenar(array[(parte.contrato_id,
    case tg_op when 'INSERT' then 'participante.asociado' when 'DELETE' then 'participante.retirado'
      else 'participante.cambiado' end,
    'participante/' || parte.empresa_id,
    '{"fila":' || case tg_op when 'DELETE' then 'null' else privado.fila_participante(parte) end
      || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_participante() is 'Disparador: quién llega a un contrato y quién se va, en su cadena.';

-- Of a contract without any it is not told that there is none.
create function privado.encadenar_acuerdo() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(new.contrato_id,
    case tg_op when 'INSERT' then 'acuerdo.registrado' else 'acuerdo.cambiado' end, 'acuerdo/' || new.contrato_id,
    '{"fila":' || privado.fila_acuerdo(new) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_acuerdo() is 'Disparador: el precio que se acuerda, en la cadena del contrato.';

create function privado.encadenar_reapertura() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(new.contrato_id, 'reapertura.registrada', 'reapertura/' || new.id,
    '{"fila":' || privado.fila_reapertura(new, privado.sal_de('reapertura/' || new.id)) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_reapertura() is 'Disparador: por qué se reabre un contrato, en su cadena.';

revoke all on function privado.abrir_evidencia(), privado.encadenar_contratos(), privado.encadenar_participante(),
  privado.encadenar_acuerdo(), privado.encadenar_reapertura() from public;
