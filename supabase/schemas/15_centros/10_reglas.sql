-- Who keeps the graph of lots, its places and its producers: the people of an exporter or of a collection centre, each
-- for their own company. An administrator reads what is no personal data, and registers nothing: at most confirms a count
-- that somebody proposed, or lifts a hold.

create function privado.exigir_grafo() returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
begin
  perform privado.exigir_cuenta();
  if empresa is null or privado.mi_rol() not in ('exportadora', 'centro_acopio') then
    raise exception 'grafo_sin_permiso' using errcode = 'PT403',
      detail = 'Lotes, centros y productores los lleva cada exportadora o centro de acopio, los suyos.';
  end if;
  return empresa;
end
$$;
comment on function privado.exigir_grafo() is 'La empresa de quien lleva lotes; si no los lleva, el error que dice por qué.';

create function privado.fijar_dueno_grafo() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if auth.uid() is not null then
    new.empresa_id := privado.exigir_grafo();
  end if;
  return new;
end
$$;
comment on function privado.fijar_dueno_grafo() is 'Disparador: un centro o un productor es de la empresa de quien lo escribe.';

revoke all on function privado.exigir_grafo(), privado.fijar_dueno_grafo() from public;
