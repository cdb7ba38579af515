-- Who is invited by RUC and is not in the system hears of it by mail, at the address that the proposer gives. The letter
-- leaves whether that RUC is here or not, and nothing in it or in its absence tells which. Queued with the proposal, it is
-- sent by a task (server/relaciones/cartas.ts).
create table privado.cartas (
  relacion_id bigint primary key references public.relaciones (id) on delete cascade,
  desde timestamptz not null default now(),
  intentos int not null default 0,
  enviada_en timestamptz,
  constraint cartas_intentos_validos check (intentos between 0 and 6)
);
comment on table privado.cartas is 'Cartas a quien se invitó por su RUC: por enviar, enviadas, y las que no se pudo.';
comment on column privado.cartas.desde is 'No antes de esta hora: crece con cada intento.';
create index cartas_espera_idx on privado.cartas (desde) where enviada_en is null and intentos < 6;
create index relaciones_correo_idx on public.relaciones (correo) where correo is not null;
revoke all on privado.cartas from public, anon, authenticated, service_role;

-- Of one company an address gets one letter in 30 days, and of all of them three a day; none who works where its company
-- was blocked. Of the proposals of a day there is a limit besides.
create function privado.escribir_carta() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('cartas a ' || new.correo, 0));
  if (
    select count(*) filter (where r.propone_id = new.propone_id) = 0
      and count(*) filter (where r.propuesta_en > clock_timestamp() - interval '1 day') < 3
    from privado.cartas k join public.relaciones r on r.id = k.relacion_id
    where r.correo = new.correo and r.propuesta_en > clock_timestamp() - interval '30 days'
  ) and not exists (
    select from auth.users a join public.usuarios u on u.id = a.id
    where a.email = new.correo and privado.bloqueo(u.empresa_id, new.propone_id)
  ) then
    insert into privado.cartas (relacion_id) values (new.id);
  end if;
  return null;
end
$$;
comment on function privado.escribir_carta() is 'Disparador: carta a la dirección de quien se invitó por su RUC.';

create trigger _500_escribir_carta after insert on public.relaciones
  for each row when (new.ruc is not null and new.correo is not null and new.estado = 'propuesta')
  execute function privado.escribir_carta();

-- Six attempts in more than a day, which a server of mail may take to come back. Each moves the next one on, so that who
-- dies while sending holds nothing: a letter may come twice, once a server has died. What was answered or withdrawn
-- meanwhile is not sent.
create function privado.tomar_cartas(tope integer)
returns table (relacion_id bigint, correo text, nombre text, con_contrato boolean)
language plpgsql volatile security definer set search_path = '' as $$
begin
  return query
    with tomadas as (
      update privado.cartas k set intentos = k.intentos + 1, desde = clock_timestamp() + interval '5 minutes' * (1 << 2 * k.intentos)
      where k.relacion_id in (
        select c.relacion_id from privado.cartas c join public.relaciones r on r.id = c.relacion_id and r.estado = 'propuesta'
        where c.enviada_en is null and c.intentos < 6 and c.desde <= clock_timestamp()
        order by c.desde limit least(tope, 100) for update of c skip locked)
      returning k.relacion_id
    )
    select t.relacion_id, r.correo, e.nombre, r.contrato_id is not null
    from tomadas t join public.relaciones r on r.id = t.relacion_id join public.empresas e on e.id = r.propone_id;
end
$$;
comment on function privado.tomar_cartas(integer) is 'Cartas que toca enviar ahora; la que no se anote como enviada vuelve después.';

create function privado.anotar_carta(v_relacion bigint) returns void
language sql volatile security definer set search_path = '' as $$
  update privado.cartas k set enviada_en = clock_timestamp() where k.relacion_id = v_relacion
$$;
comment on function privado.anotar_carta(bigint) is 'Anota que una carta salió.';

revoke all on function privado.escribir_carta(), privado.tomar_cartas(integer), privado.anotar_carta(bigint) from public;
grant execute on function privado.tomar_cartas(integer), privado.anotar_carta(bigint) to service_role;
