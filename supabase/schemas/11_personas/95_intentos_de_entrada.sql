-- GoTrue limits sign-ins by address alone, so that an account is guessed at from many. It asks limitar_entrada() after
-- each password (hook "password verification attempt"; the overlay switches it on), which counts the wrong ones by
-- account as our own gateway does: 10 from a network in 5 minutes, and 30 from all those together that the account has
-- no session of, so that its owner still enters from where it is at home.
create table privado.intentos_de_entrada (
  usuario_id uuid not null references auth.users (id) on delete cascade,
  -- '' counts all strange networks together.
  red text not null,
  desde timestamptz not null default now(),
  fallos integer not null default 1,
  primary key (usuario_id, red)
);
comment on table privado.intentos_de_entrada is 'Contraseñas equivocadas de cada cuenta y red, por 5 minutos.';
revoke all on privado.intentos_de_entrada from public, anon, authenticated, service_role;

create function privado.red_de(v_direccion inet) returns text
language sql immutable set search_path = '' as $$
  select host(network(set_masklen(v_direccion, case family(v_direccion) when 4 then 32 else 64 end)))
$$;
comment on function privado.red_de(inet) is
  'Lo que cuenta como un cliente: una dirección IPv4, o una red /64 de IPv6, cuyas direcciones elige su dueño.';

create function privado.limitar_entrada(event jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  usuario constant uuid := (event ->> 'user_id')::uuid;
  direccion constant text := event -> 'metadata' ->> 'ip_address';
  v_red text;
  es_conocida boolean;
  fuera boolean := false;
  clave text;
begin
  v_red := case when pg_input_is_valid(direccion, 'inet') then privado.red_de(direccion::inet) end;
  es_conocida := exists (
    select from auth.sessions s where s.user_id = usuario and s.ip is not null and privado.red_de(s.ip) = v_red);
  delete from privado.intentos_de_entrada i
  where i.usuario_id = usuario and i.desde < now() - interval '5 minutes';
  -- Counted before it is judged: of many at once, each waits for the row of the one before.
  foreach clave in array array['', coalesce(v_red, 'desconocida')] loop
    continue when fuera or (clave = '' and es_conocida);
    insert into privado.intentos_de_entrada as i (usuario_id, red) values (usuario, clave)
    on conflict (usuario_id, red) do update set fallos = i.fallos + 1
    returning i.fallos > case clave when '' then 30 else 10 end into fuera;
  end loop;
  if fuera then
    return '{"error": {"http_code": 429, "message": "Request rate limit reached"}}';
  end if;
  if (event ->> 'valid')::boolean then
    delete from privado.intentos_de_entrada i where i.usuario_id = usuario and i.red = coalesce(v_red, 'desconocida');
    update privado.intentos_de_entrada i set fallos = i.fallos - 1
    where i.usuario_id = usuario and i.red = '' and not es_conocida;
  end if;
  return '{"decision": "continue"}';
end
$$;
comment on function privado.limitar_entrada(jsonb) is
  'Gancho de Auth: rechaza una contraseña, buena o mala, de la cuenta que se está adivinando.';

revoke all on function privado.red_de(inet), privado.limitar_entrada(jsonb) from public;
grant execute on function privado.limitar_entrada(jsonb) to supabase_auth_admin;
