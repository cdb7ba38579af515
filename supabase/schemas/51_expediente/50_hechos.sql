-- The chain of a contract, for those who sign it; and that an expediente of it was made.

-- What an expediente covers ends before the making of others of the same state: made again without anything new, it is
-- the same to the byte. The one that tells of it can never be inside.
create function privado.cabeza_de_expediente(v_contrato bigint)
  returns table (n bigint, hash text, en timestamptz, mensajes_hasta bigint)
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  return query select e.n, encode(e.hash, 'hex'), e.en::timestamptz, h.mensajes_hasta
    from privado.evidencias e join privado.evidencias_cabezas h on h.cadena = e.cadena
    where e.cadena = v_contrato and e.tipo <> 'expediente.hecho' order by e.n desc limit 1;
end
$$;
comment on function privado.cabeza_de_expediente(bigint) is
  'Hasta qué hecho de su cadena llega el expediente de un contrato.';

create function privado.hechos_de(v_contrato bigint, despues_de bigint, hasta bigint, tope integer)
  returns table (n bigint, hash text, previo text, canonico text)
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  return query select e.n, encode(e.hash, 'hex'), encode(e.previo, 'hex'), e.canonico from privado.evidencias e
    where e.cadena = v_contrato and e.n > despues_de and e.n <= hasta order by e.n limit tope;
end
$$;
comment on function privado.hechos_de(bigint, bigint, bigint, integer) is
  'La cadena de un contrato, por partes y tal como se selló.';

-- The two that sign know who the other is, once both have signed.
create function privado.partes_de(v_contrato bigint) returns json
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_firma(v_contrato);
begin
  return (
    select json_agg(json_build_object('papel', p.papel, 'nombre', e.nombre, 'tipo', e.tipo,
        'ruc', case when p.papel <> 'proveedor' and contrato.estado <> 'En revisión' then e.ruc end)
      order by p.papel = 'proveedor', p.papel = 'contraparte', e.id)
    from public.contratos_participantes p join public.empresas e on e.id = p.empresa_id
    where p.contrato_id = contrato.id
  );
end
$$;
comment on function privado.partes_de(bigint) is 'Quién es parte de un contrato, como lo dice su expediente.';

-- Once for each state and its bytes, however often it is downloaded.
create function privado.anotar_expediente(v_contrato bigint, v_n bigint, v_sha256 text, v_bytes bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_firma(v_contrato);
begin
  insert into privado.expedientes (contrato_id, sha256, n, bytes, entregado_por)
  values (contrato.id, v_sha256, v_n, v_bytes, auth.uid()) on conflict (contrato_id, sha256) do nothing;
  if found then
    perform privado.anotar_evidencia(contrato.id, 'expediente.hecho', 'expediente/' || v_n,
      jsonb_build_object('bytes', v_bytes, 'n', v_n, 'sha256', v_sha256));
  end if;
  return found;
end
$$;
comment on function privado.anotar_expediente(bigint, bigint, text, bigint) is
  'Anota en la cadena la huella de un expediente que se entregó.';

revoke all on function privado.cabeza_de_expediente(bigint), privado.hechos_de(bigint, bigint, bigint, integer),
  privado.partes_de(bigint), privado.anotar_expediente(bigint, bigint, text, bigint) from public;
grant execute on function privado.cabeza_de_expediente(bigint), privado.hechos_de(bigint, bigint, bigint, integer),
  privado.partes_de(bigint), privado.anotar_expediente(bigint, bigint, text, bigint) to authenticated;
