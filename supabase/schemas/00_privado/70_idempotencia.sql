-- A POST repeated with the same Idempotency-Key and body answers the first answer instead of acting again. The key is
-- taken in the transaction that does the work: a parallel repetition waits for it, and a failure frees it. Keys live
-- 24 hours.

create table privado.idempotencia (
  usuario_id uuid not null,
  clave text not null,
  ruta text not null,
  huella text not null,
  estado integer,
  -- json and not jsonb: the answer is given back with the order of its keys.
  cuerpo json,
  creado_en timestamptz not null default now(),
  primary key (usuario_id, clave)
);
comment on table privado.idempotencia is 'Primera respuesta a cada Idempotency-Key, durante 24 horas.';
create index idempotencia_creado_en_idx on privado.idempotencia (creado_en);

create function privado.idempotencia_usuario() returns uuid
language sql stable set search_path = '' as $$
  select coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000')
$$;
comment on function privado.idempotencia_usuario() is 'De quién es la clave; el uuid nulo es el sistema.';

create function privado.idempotencia_iniciar(clave text, ruta text, huella text) returns json
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  usuario constant uuid := privado.idempotencia_usuario();
  fila privado.idempotencia;
begin
  if coalesce(idempotencia_iniciar.clave, '') !~ '^[!-~]{1,255}$' then
    raise exception 'idempotencia_clave_invalida' using errcode = 'PT422',
      detail = 'Idempotency-Key debe tener de 1 a 255 caracteres ASCII visibles.', hint = 'Idempotency-Key';
  end if;
  delete from privado.idempotencia
  where usuario_id = usuario and clave = idempotencia_iniciar.clave and creado_en < now() - interval '24 hours';
  delete from privado.idempotencia where (usuario_id, clave) in (
    select usuario_id, clave from privado.idempotencia
    where creado_en < now() - interval '24 hours' order by creado_en limit 20 for update skip locked
  );
  -- Waits here while another transaction holds the same key.
  insert into privado.idempotencia (usuario_id, clave, ruta, huella)
  values (usuario, idempotencia_iniciar.clave, idempotencia_iniciar.ruta, idempotencia_iniciar.huella)
  on conflict do nothing;
  if found then
    return null;
  end if;
  select * into fila from privado.idempotencia
  where usuario_id = usuario and clave = idempotencia_iniciar.clave for update;
  if (fila.ruta, fila.huella) is distinct from (idempotencia_iniciar.ruta, idempotencia_iniciar.huella) then
    raise exception 'idempotencia_distinta' using errcode = 'PT422',
      detail = 'Esa Idempotency-Key ya se usó con otra petición.', hint = 'Idempotency-Key';
  end if;
  -- Without an answer the first attempt never finished: this one takes its place.
  return case when fila.estado is not null then json_build_object('estado', fila.estado, 'cuerpo', fila.cuerpo) end;
end
$$;
comment on function privado.idempotencia_iniciar(text, text, text) is
  'Toma la clave: null si es nueva; si no, {estado, cuerpo} de la primera respuesta.';

create function privado.idempotencia_guardar(clave text, ruta text, estado integer, cuerpo json) returns void
language sql volatile security definer set search_path = '' as $$
  update privado.idempotencia i
  set estado = idempotencia_guardar.estado, cuerpo = idempotencia_guardar.cuerpo
  where i.usuario_id = privado.idempotencia_usuario()
    and i.clave = idempotencia_guardar.clave and i.ruta = idempotencia_guardar.ruta
$$;
comment on function privado.idempotencia_guardar(text, text, integer, json) is
  'Guarda la respuesta de una clave tomada.';

revoke all on function privado.idempotencia_usuario(), privado.idempotencia_iniciar(text, text, text),
  privado.idempotencia_guardar(text, text, integer, json) from public;
grant execute on function privado.idempotencia_iniciar(text, text, text),
  privado.idempotencia_guardar(text, text, integer, json) to authenticated, service_role;
