-- What is fixed of a contract, and at what price: P = Σ(TMᵢ × (NYᵢ + difᵢ)) / ΣTMᵢ, to the cent. What the other side has
-- yet to confirm takes its part of the volume, and none of the price.

create function privado.tm_fijadas(contrato bigint) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select coalesce(sum(f.tm), 0) from public.fijaciones f where f.contrato_id = contrato and f.anulada_en is null);
end
$$;
comment on function privado.tm_fijadas(bigint) is 'Toneladas fijadas de un contrato.';

create function privado.precio_promedio(contrato bigint) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select round(sum(f.tm * f.precio_tm) / sum(f.tm), 2) from public.fijaciones f
    where f.contrato_id = contrato and f.anulada_en is null and f.confirmada_en is not null
  );
end
$$;
comment on function privado.precio_promedio(bigint) is
  'Precio promedio de las fijaciones firmes de un contrato, en dólares por tonelada con centavos; null si no tiene.';

revoke all on function privado.tm_fijadas(bigint), privado.precio_promedio(bigint) from public;
