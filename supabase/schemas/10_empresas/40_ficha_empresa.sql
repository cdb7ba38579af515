-- The RUC is not in the directory, and the papers of a contract need it.

create function privado.ficha_empresa(empresa bigint) returns public.empresas
language plpgsql stable security definer set search_path = '' as $$
declare
  ficha public.empresas;
begin
  if privado.es_admin() or empresa = privado.mi_empresa() or privado.relacionadas(empresa, privado.mi_empresa()) then
    select * into ficha from public.empresas e where e.id = empresa;
  end if;
  if ficha.id is null then
    raise exception 'empresa_no_existe' using errcode = 'PT404',
      detail = 'No existe esa empresa, o la suya y ella no se han aceptado.';
  end if;
  return ficha;
end
$$;
comment on function privado.ficha_empresa(bigint) is 'Datos de una empresa, si es la propia o se aceptaron.';

create function public.ficha_empresa(empresa_id bigint) returns public.empresas
language sql stable security invoker set search_path = '' as $$
  select privado.ficha_empresa(empresa_id)
$$;
comment on function public.ficha_empresa(bigint) is
  'Datos de una empresa con su RUC: la propia, o una con la que hay una relación aceptada.';

revoke all on function privado.ficha_empresa(bigint) from public;
revoke all on function public.ficha_empresa(bigint) from public, anon, service_role;
grant execute on function privado.ficha_empresa(bigint), public.ficha_empresa(bigint) to authenticated;
