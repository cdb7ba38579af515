-- What the chain of a contract says, to the two who sign it and to an administrator: it holds their prices, so an
-- associated supplier does not read it.

create function privado.exigir_firma(contrato bigint) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not exists (
    select from public.contratos c
    where c.id = contrato and ((c.eliminado_en is null and privado.participa(c.id)) or privado.es_admin())
  ) then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  elsif not privado.es_admin() and not exists (select from privado.mis_firmas m where m.contrato_id = contrato) then
    raise exception 'evidencia_sin_permiso' using errcode = 'PT403',
      detail = 'La evidencia de un contrato la leen quienes lo firman.';
  end if;
end
$$;
comment on function privado.exigir_firma(bigint) is '¿Firma el usuario este contrato, o administra? Si no, se dice por qué.';

create function privado.evidencias_contrato(contrato bigint, despues_de bigint, tope integer)
returns table (
  n bigint, en timestamptz, tipo text, actor uuid, objeto text, canonico text, previo bytea, hash bytea)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(contrato);
  return query select e.n, e.en::timestamptz, e.tipo, e.actor, e.objeto, e.canonico, e.previo, e.hash
    from privado.evidencias e where e.cadena = contrato and e.n > despues_de order by e.n limit tope;
end
$$;
comment on function privado.evidencias_contrato(bigint, bigint, integer) is 'La cadena de un contrato, por páginas.';

create function privado.discrepancias_contrato(contrato bigint)
returns table (objeto text, falla text, campos text[])
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(contrato);
  return query
    select f.objeto, f.falla, f.campos from privado.filas_que_no_cuadran(array[contrato]) as f
    union all
    select f.objeto, f.falla, f.campos from privado.mensajes_que_no_cuadran(array[contrato]) as f
    union all
    select 'evidencia/' || h.n, 'ancla', '{}'::text[] from privado.evidencias_hojas h
    left join privado.evidencias e on e.cadena = h.cadena and e.n = h.n
    where h.cadena = contrato and e.hash is distinct from h.hash
    order by 1;
end
$$;
comment on function privado.discrepancias_contrato(bigint) is
  'Lo que en un contrato no es lo que su cadena contó, o lo que se ancló de ella.';

-- The newest root that holds a head of the chain, and the way to it.
create function privado.ancla_contrato(contrato bigint)
returns table (cabeza_n bigint, cabeza_hash bytea, n bigint, hash bytea, i bigint, tamano bigint, nota text, prueba bytea[])
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(contrato);
  return query
    select c.n, c.hash, h.n, h.hash, h.i, r.tamano, r.nota,
      case when r.tamano is not null then privado.prueba_de_inclusion(h.i, r.tamano) end
    from privado.evidencias_cabezas c
    left join lateral (select x.tamano, x.nota from privado.evidencias_raices x order by x.tamano desc limit 1) as r on true
    left join lateral (
      select x.n, x.hash, x.i from privado.evidencias_hojas x
      where x.cadena = contrato and x.i < r.tamano order by x.n desc limit 1) as h on true
    where c.cadena = contrato;
end
$$;
comment on function privado.ancla_contrato(bigint) is
  'La cabeza de la cadena de un contrato, la última que está bajo una raíz firmada, y su prueba de inclusión.';

revoke all on function privado.exigir_firma(bigint), privado.evidencias_contrato(bigint, bigint, integer),
  privado.discrepancias_contrato(bigint), privado.ancla_contrato(bigint) from public;
grant execute on function privado.evidencias_contrato(bigint, bigint, integer),
  privado.discrepancias_contrato(bigint), privado.ancla_contrato(bigint) to authenticated;
