-- Against who administers the database: once a day the heads that moved become leaves of one tree that only grows, and
-- its root is signed with a key that the database does not have (server/evidencia/anclar.ts). Whoever rewrites a chain
-- leaves a leaf that contradicts it; whoever rewrites the leaves, a root that was told outside.

create table privado.evidencias_hojas (
  i bigint primary key,
  cadena bigint not null,
  n bigint not null,
  hash bytea not null,
  constraint evidencias_hojas_cadena_key unique (cadena, n),
  constraint evidencias_hojas_hash_valido check (octet_length(hash) = 32)
);
comment on table privado.evidencias_hojas is 'Cabezas de las cadenas, cada día las que avanzaron: hojas de un árbol de RFC 6962.';

-- Nodes of the tree whose leaves are all there: j is the one of that level. With them a proof costs as many lookups as
-- the tree has levels.
create table privado.evidencias_nodos (
  nivel smallint not null,
  j bigint not null,
  hash bytea not null,
  primary key (nivel, j)
);
comment on table privado.evidencias_nodos is 'Nodos completos del árbol de las hojas; se pueden calcular de ellas.';

create table privado.evidencias_raices (
  tamano bigint primary key,
  en timestamptz not null default clock_timestamp(),
  raiz bytea not null,
  nota text not null,
  -- Roots of its whole subtrees, from which the next goes on.
  picos bytea[] not null,
  constraint evidencias_raices_tamano_valido check (tamano > 0),
  constraint evidencias_raices_raiz_valida check (octet_length(raiz) = 32)
);
comment on table privado.evidencias_raices is 'Raíces firmadas: la nota es un punto de control de C2SP.';

create table privado.evidencias_claves (
  verificador text primary key,
  desde timestamptz not null default clock_timestamp(),
  hasta timestamptz
);
comment on table privado.evidencias_claves is 'Claves públicas con que se firmaron raíces, y desde y hasta cuándo.';

revoke all on privado.evidencias_hojas, privado.evidencias_nodos, privado.evidencias_raices, privado.evidencias_claves
  from public, anon, authenticated, service_role;

create trigger _100_conservar before update or delete on privado.evidencias_hojas
  for each row execute function privado.conservar_evidencia();
create trigger _110_conservar_todas before truncate on privado.evidencias_hojas
  for each statement execute function privado.conservar_evidencia();
create trigger _100_conservar before update or delete on privado.evidencias_raices
  for each row execute function privado.conservar_evidencia();
create trigger _110_conservar_todas before truncate on privado.evidencias_raices
  for each statement execute function privado.conservar_evidencia();
create trigger _100_conservar before delete on privado.evidencias_claves
  for each row execute function privado.conservar_evidencia();
create trigger _110_conservar_todas before truncate on privado.evidencias_claves
  for each statement execute function privado.conservar_evidencia();

-- Two that run at once take turns: the second finds nothing left.
create function privado.crecer_hojas() returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  antes bigint;
  ahora bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('privado.evidencias_hojas', 0));
  select coalesce(max(x.i) + 1, 0) into antes from privado.evidencias_hojas x;
  insert into privado.evidencias_hojas (i, cadena, n, hash)
  select antes + row_number() over (order by h.cadena) - 1, h.cadena, h.n, h.hash
  from privado.evidencias_cabezas h
  where h.n > 0 and not exists (select from privado.evidencias_hojas x where x.cadena = h.cadena and x.n = h.n);
  select coalesce(max(x.i) + 1, 0) into ahora from privado.evidencias_hojas x;
  insert into privado.evidencias_nodos (nivel, j, hash)
  select 0, x.i, sha256('\x00'::bytea || x.hash) from privado.evidencias_hojas x where x.i >= antes;
  for k in 1 .. 60 loop
    exit when ahora >> k = 0;
    insert into privado.evidencias_nodos (nivel, j, hash)
    select k, t.j, sha256('\x01'::bytea || izquierdo.hash || derecho.hash)
    from generate_series(antes >> k, (ahora >> k) - 1) as t (j)
    join privado.evidencias_nodos izquierdo on izquierdo.nivel = k - 1 and izquierdo.j = 2 * t.j
    join privado.evidencias_nodos derecho on derecho.nivel = k - 1 and derecho.j = 2 * t.j + 1;
  end loop;
  return ahora;
end
$$;
comment on function privado.crecer_hojas() is 'Añade como hojas las cabezas que avanzaron; devuelve cuántas hojas hay.';

create function privado.hojas(desde bigint, tope integer)
returns table (i bigint, cadena bigint, n bigint, hash bytea)
language sql stable security definer rows 1000 set search_path = '' as $$
  select h.i, h.cadena, h.n, h.hash from privado.evidencias_hojas h where h.i >= desde order by h.i limit tope
$$;
comment on function privado.hojas(bigint, integer) is 'Hojas desde una, en su orden.';

-- A chain that was rewritten is not what its leaf says.
create function privado.hojas_que_no_cuadran(desde bigint, hasta bigint)
returns table (cadena bigint, n bigint)
language sql stable security definer set search_path = '' as $$
  select h.cadena, h.n from privado.evidencias_hojas h
  left join privado.evidencias e on e.cadena = h.cadena and e.n = h.n
  where h.i >= desde and h.i < hasta and e.hash is distinct from h.hash
$$;
comment on function privado.hojas_que_no_cuadran(bigint, bigint) is 'Hojas cuya cadena ya no dice lo mismo.';

create function privado.raices(despues_de bigint, tope integer)
returns table (tamano bigint, en timestamptz, raiz bytea, nota text, picos bytea[])
language sql stable security definer set search_path = '' as $$
  select r.tamano, r.en, r.raiz, r.nota, r.picos from privado.evidencias_raices r
  where r.tamano > despues_de order by r.tamano limit tope
$$;
comment on function privado.raices(bigint, integer) is 'Raíces firmadas, de la más antigua a la más nueva.';

create function privado.ultima_raiz()
returns table (tamano bigint, en timestamptz, raiz bytea, nota text, picos bytea[])
language sql stable security definer set search_path = '' as $$
  select r.tamano, r.en, r.raiz, r.nota, r.picos from privado.evidencias_raices r order by r.tamano desc limit 1
$$;
comment on function privado.ultima_raiz() is 'La última raíz firmada.';

create function privado.anotar_raiz(v_tamano bigint, v_raiz bytea, v_nota text, v_picos bytea[]) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into privado.evidencias_raices (tamano, raiz, nota, picos) values (v_tamano, v_raiz, v_nota, v_picos)
  on conflict (tamano) do nothing;
  if found then
    perform privado.notificar_administradores('respaldo', format('Raíz de las evidencias del día: %s.',
      left(encode(v_raiz, 'hex'), 8)), jsonb_build_object('motivo', 'raiz', 'nota', v_nota));
  end if;
  return found;
end
$$;
comment on function privado.anotar_raiz(bigint, bytea, text, bytea[]) is
  'Guarda una raíz firmada y la dice a los administradores; falso si ya estaba.';

-- The keys that sign now; one that signs no more ended when another came.
create function privado.anotar_claves(v_verificadores text[]) returns void
language sql volatile security definer set search_path = '' as $$
  with nuevas as (
    insert into privado.evidencias_claves (verificador) select unnest(v_verificadores)
    on conflict (verificador) do update set hasta = null where evidencias_claves.hasta is not null
  )
  update privado.evidencias_claves c set hasta = clock_timestamp()
  where c.hasta is null and c.verificador <> all (v_verificadores)
$$;
comment on function privado.anotar_claves(text[]) is 'Anota con qué claves se firma desde hoy.';

create function privado.claves_de_evidencia() returns table (verificador text, desde timestamptz, hasta timestamptz)
language sql stable security definer set search_path = '' as $$
  select c.verificador, c.desde, c.hasta from privado.evidencias_claves c order by c.desde, c.verificador
$$;
comment on function privado.claves_de_evidencia() is 'Claves públicas de las raíces, con sus fechas.';

revoke all on function privado.crecer_hojas(), privado.hojas(bigint, integer),
  privado.hojas_que_no_cuadran(bigint, bigint), privado.raices(bigint, integer), privado.ultima_raiz(),
  privado.anotar_raiz(bigint, bytea, text, bytea[]), privado.anotar_claves(text[]), privado.claves_de_evidencia()
  from public;
grant execute on function privado.crecer_hojas(), privado.hojas(bigint, integer),
  privado.hojas_que_no_cuadran(bigint, bigint), privado.raices(bigint, integer), privado.ultima_raiz(),
  privado.anotar_raiz(bigint, bytea, text, bytea[]), privado.anotar_claves(text[]), privado.claves_de_evidencia()
  to service_role;
