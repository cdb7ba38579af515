-- One series of codes for all, or one per exporter: chosen while there is no contract, and the same from then on, so that
-- no code is ever given twice and none is left out.

create function privado.elegir_serie_contratos(serie text) returns text
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not privado.es_admin() then
    raise exception 'serie_solo_admin' using errcode = 'PT403',
      detail = 'La serie de los códigos la elige un administrador.';
  elsif serie is null or serie not in ('única', 'por exportadora') then
    raise exception 'serie_invalida' using errcode = 'PT422',
      detail = 'La serie es única o por exportadora.', hint = 'serie';
  end if;
  -- Whoever is creating the first one, or a company, is waited for.
  lock table public.empresas, public.contratos in share row exclusive mode;
  if (serie = 'por exportadora') = privado.serie_por_exportadora() then
    return serie;
  elsif exists (select from public.contratos) then
    raise exception 'serie_con_contratos' using errcode = 'PT409',
      detail = 'Ya hay contratos: la serie de sus códigos no cambia.', hint = 'serie';
  elsif serie = 'por exportadora'
    and exists (select from public.empresas e where e.tipo = 'exportadora' and e.siglas is null) then
    raise exception 'siglas_obligatorias' using errcode = 'PT422',
      detail = 'Una exportadora tiene siglas: van en el código de sus contratos.', hint = 'siglas';
  end if;
  insert into privado.serie_contratos (por_exportadora) values (serie = 'por exportadora')
  on conflict (unica) do update set por_exportadora = excluded.por_exportadora, elegida_en = now();
  return serie;
end
$$;
comment on function privado.elegir_serie_contratos(text) is
  'Un administrador elige la serie de los códigos, antes del primer contrato.';

create function public.elegir_serie_contratos(serie text) returns text
language sql volatile security invoker set search_path = '' as $$
  select privado.elegir_serie_contratos(serie)
$$;
comment on function public.elegir_serie_contratos(text) is
  'Cómo se numeran los contratos, única (CT-2026-00014) o por exportadora (CT-2026-AGRO-00014): lo elige un administrador, antes del primero.';

create function public.serie_contratos() returns text
language sql stable security invoker set search_path = '' as $$
  select case when privado.serie_por_exportadora() then 'por exportadora' else 'única' end
$$;
comment on function public.serie_contratos() is 'Cómo se numeran los contratos: única o por exportadora.';

revoke all on function privado.elegir_serie_contratos(text) from public;
revoke all on function public.elegir_serie_contratos(text), public.serie_contratos() from public, anon, service_role;
grant execute on function privado.elegir_serie_contratos(text), public.elegir_serie_contratos(text),
  public.serie_contratos() to authenticated;
