-- That a third party saw a root at an hour. The installation's chain tells of each stamp, so that one that is dropped is
-- missed.
create table privado.evidencias_sellos (
  tamano bigint primary key references privado.evidencias_raices (tamano) on delete restrict,
  en timestamptz not null,
  tsa text not null,
  respuesta bytea not null
);
comment on table privado.evidencias_sellos is 'Sellos de tiempo (RFC 3161) de las notas.';

revoke all on privado.evidencias_sellos from public, anon, authenticated, service_role;

create function privado.fila_sello(s privado.evidencias_sellos) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"en":' || privado.json_de(s.en)
    || ',"respuesta":"sha256:' || encode(sha256(s.respuesta), 'hex')
    || '","tamano":' || privado.json_de(s.tamano)
    || ',"tsa":' || privado.json_de(s.tsa) || '}';
end
$$;
comment on function privado.fila_sello(privado.evidencias_sellos) is 'El sello de una raíz, en JSON canónico.';

create function privado.encadenar_sello() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(0, 'raiz.sellada', 'sello/' || new.tamano,
    '{"fila":' || privado.fila_sello(new) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_sello() is 'Disparador: el sello de una raíz, en la cadena de la instalación.';

create trigger _100_conservar before update or delete on privado.evidencias_sellos
  for each row execute function privado.conservar_evidencia();
create trigger _110_conservar_todas before truncate on privado.evidencias_sellos
  for each statement execute function privado.conservar_evidencia();
create trigger _990_encadenar after insert on privado.evidencias_sellos
  for each row execute function privado.encadenar_sello();

create function privado.anotar_sello(v_tamano bigint, v_en timestamptz, v_tsa text, v_respuesta bytea) returns void
language sql volatile security definer set search_path = '' as $$
  insert into privado.evidencias_sellos (tamano, en, tsa, respuesta) values (v_tamano, v_en, v_tsa, v_respuesta)
  on conflict (tamano) do nothing
$$;
comment on function privado.anotar_sello(bigint, timestamptz, text, bytea) is 'Guarda el sello de tiempo de una raíz.';

create function privado.sellos_que_faltan() returns table (tamano bigint, nota text)
language sql stable security definer set search_path = '' as $$
  select r.tamano, r.nota from privado.evidencias_raices r
  where not exists (select from privado.evidencias_sellos s where s.tamano = r.tamano)
    and r.en > now() - interval '30 days'
  order by r.tamano limit 10
$$;
comment on function privado.sellos_que_faltan() is 'Raíces del último mes sin sello de tiempo.';

create function privado.sellos(desde bigint, tope integer)
returns table (tamano bigint, en timestamptz, tsa text, respuesta bytea)
language sql stable security definer rows 100 set search_path = '' as $$
  select s.tamano, s.en, s.tsa, s.respuesta from privado.evidencias_sellos s where s.tamano >= desde
  order by s.tamano limit tope
$$;
comment on function privado.sellos(bigint, integer) is 'Sellos de tiempo de las raíces, desde una.';

revoke all on function privado.fila_sello(privado.evidencias_sellos), privado.encadenar_sello(),
  privado.anotar_sello(bigint, timestamptz, text, bytea), privado.sellos_que_faltan(), privado.sellos(bigint, integer)
  from public;
grant execute on function privado.anotar_sello(bigint, timestamptz, text, bytea), privado.sellos_que_faltan(),
  privado.sellos(bigint, integer) to service_role;
