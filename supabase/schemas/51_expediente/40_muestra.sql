-- What both parties let the public page show.

create function privado.muestra_publica(v_contrato bigint) returns text[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(campo order by campo), '{}')
  from public.contratos c
  join privado.muestras una on una.contrato_id = c.id and una.empresa_id = c.exportadora_id
  join privado.muestras otra on otra.contrato_id = c.id and otra.empresa_id = c.contraparte_id
  cross join lateral unnest(una.campos) as campo
  where c.id = v_contrato and campo = any (otra.campos)
$$;
comment on function privado.muestra_publica(bigint) is 'Lo que las dos partes de un contrato aceptan que se publique.';

create function privado.muestras_de(v_contrato bigint) returns json
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  return (
    select json_build_object('exportadora', coalesce(to_json(una.campos), '[]'),
      'contraparte', coalesce(to_json(otra.campos), '[]'), 'publica', privado.muestra_publica(c.id))
    from public.contratos c
    left join privado.muestras una on una.contrato_id = c.id and una.empresa_id = c.exportadora_id
    left join privado.muestras otra on otra.contrato_id = c.id and otra.empresa_id = c.contraparte_id
    where c.id = v_contrato
  );
end
$$;
comment on function privado.muestras_de(bigint) is 'Lo que acepta publicar cada parte, y lo que por eso se publica.';

-- An administrator says yes for no company.
create function privado.elegir_muestra(v_contrato bigint, v_campos text[]) returns json
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.contrato_firmado(v_contrato, bloquear => true);
  empresa constant bigint := privado.mi_empresa();
  elegidos constant text[] := array(select distinct campo from unnest(v_campos) as campo order by campo);
begin
  if privado.mi_rol() = 'admin' or not exists (
    select from privado.mis_firmas m where m.contrato_id = contrato.id
  ) then
    raise exception 'muestra_ajena' using errcode = 'PT403',
      detail = 'Lo que se publica de un contrato lo aceptan las personas de cada parte.';
  elsif not coalesce(elegidos <@ array['partes', 'calidad', 'volumen', 'entrega', 'lotes', 'documentos'], false) then
    raise exception 'muestra_invalida' using errcode = 'PT422',
      detail = 'Se publican partes, calidad, volumen, entrega, lotes o documentos.', hint = 'campos';
  end if;
  insert into privado.muestras as m (contrato_id, empresa_id, campos, elegida_por)
  values (contrato.id, empresa, elegidos, auth.uid())
  on conflict (contrato_id, empresa_id) do update
    set campos = excluded.campos, elegida_por = excluded.elegida_por, elegida_en = now()
    where m.campos <> excluded.campos;
  if found then
    perform privado.anotar_evidencia(contrato.id, 'muestra.elegida', 'empresa/' || empresa,
      jsonb_build_object('campos', to_jsonb(elegidos)));
  end if;
  return privado.muestras_de(contrato.id);
end
$$;
comment on function privado.elegir_muestra(bigint, text[]) is 'La empresa del usuario dice qué acepta que se publique.';

revoke all on function privado.muestra_publica(bigint), privado.muestras_de(bigint),
  privado.elegir_muestra(bigint, text[]) from public;
grant execute on function privado.muestras_de(bigint), privado.elegir_muestra(bigint, text[]) to authenticated;
