-- What a RUC is, and the cédula that the one of a natural person carries.

create function privado.cedula_valida(cedula text) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select cedula ~ '^(0[1-9]|1[0-9]|2[0-4]|30|50)[0-9]{8}$' and (
    select (10 - sum(case when producto > 9 then producto - 9 else producto end) % 10) % 10
    from (
      select substr(cedula, i, 1)::int * (1 + i % 2) as producto from generate_series(1, 9) as i
    ) as productos
  ) = right(cedula, 1)::int
$$;
comment on function privado.cedula_valida(text) is
  'Cédula ecuatoriana: provincia y dígito verificador (módulo 10).';

-- Módulo 11 of companies (third digit 6 or 9) is not asked: the SRI issues active RUCs that fail it.
create function privado.ruc_valido(ruc text) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select ruc ~ '^(0[1-9]|1[0-9]|2[0-4]|30|50)[0-69][0-9]{7}001$'
    and (substr(ruc, 3, 1) in ('6', '9') or privado.cedula_valida(left(ruc, 10)))
$$;
comment on function privado.ruc_valido(text) is
  'RUC: 13 dígitos, provincia, terminado en 001; el de una persona natural lleva su cédula.';

-- Módulo 11 of companies, which is only told.
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

revoke all on function privado.cedula_valida(text), privado.ruc_valido(text), privado.ruc_cumple_modulo11(text)
  from public;
grant execute on function privado.cedula_valida(text), privado.ruc_valido(text) to authenticated, service_role;
grant execute on function privado.ruc_cumple_modulo11(text) to authenticated;
