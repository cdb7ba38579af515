-- A lot of a contract may promise kilos of a lot of its owner's graph. It takes the balance of that lot first and the
-- contract after, as operations do: see the decision page. Triggers of public.lotes_asociados.

-- What a lot of the graph is to a contract that it is promised to.
create function privado.estado_de_lote(lote public.lotes) returns text
language sql immutable set search_path = '' as $$
  select case when lote.embarcado then 'Exportado' when lote.centro_id is null then 'En tránsito'
    when lote.condicion in ('seco', 'transformado') then 'Secado' else 'Recibido' end
$$;
comment on function privado.estado_de_lote(public.lotes) is 'En qué estado está lo que se promete de un lote.';

-- The balance of a lot, until the transaction ends. A request that cites several holds a contract from the first on, and
-- does not wait for another lot then: an operation may hold that one and wait for the contract.
create function privado.tomar_saldo(lote uuid) returns privado.saldos
language plpgsql volatile security definer set search_path = '' as $$
declare
  saldo privado.saldos;
begin
  if coalesce(current_setting('privado.saldo_tomado', true), '') not in ('', lote::text) then
    perform from privado.saldos s where s.lote_id = lote for update nowait;
  end if;
  -- Written as it is: under repeatable read the second that promises fails, instead of not seeing the first.
  update privado.saldos s set kg = s.kg where s.lote_id = lote returning s.* into saldo;
  perform set_config('privado.saldo_tomado', lote::text, true);
  return saldo;
exception when lock_not_available then
  raise exception 'lote_ocupado' using errcode = 'PT409',
    detail = 'Otra operación está usando ese lote: vuelva a intentarlo.', hint = 'lote_id';
end
$$;
comment on function privado.tomar_saldo(uuid) is 'Toma el saldo de un lote hasta el fin de la transacción.';

create function privado.citar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  qq constant numeric := 45.359237;
  lote public.lotes;
  saldo privado.saldos;
  libre numeric;
begin
  select * into lote from public.lotes l where l.id = new.lote_id;
  if lote.id is null
    or (auth.uid() is not null and lote.empresa_id is distinct from privado.mi_empresa() and not privado.es_admin()) then
    raise exception 'lote_no_existe' using errcode = 'PT404', detail = 'No existe ese lote.', hint = 'lote_id';
  elsif auth.uid() is not null then
    perform privado.exigir_grafo();
  end if;
  -- Whoever it is that writes it, it is the owner who promises.
  if not exists (
    select from public.contratos_participantes p
    where p.contrato_id = new.contrato_id and p.empresa_id = lote.empresa_id and not p.pendiente
  ) then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  saldo := privado.tomar_saldo(lote.id);
  if saldo.anulado then
    raise exception 'lote_anulado' using errcode = 'PT409', detail = 'La operación que hizo ese lote fue anulada.', hint = 'lote_id';
  elsif saldo.retenido then
    raise exception 'lote_retenido' using errcode = 'PT409',
      detail = 'Ese lote está retenido: nadie lo consume hasta que se levante la retención.', hint = 'lote_id';
  elsif lote.embarcado then
    raise exception 'lote_embarcado' using errcode = 'PT409', detail = 'Ese lote ya se embarcó.', hint = 'lote_id';
  end if;
  perform privado.soltar_promesas(array[lote.id]);
  libre := saldo.kg - privado.kg_prometidos(lote.id);
  new.lote_kg := coalesce(new.lote_kg, round(new.peso_qq * qq, 3), libre);
  if new.lote_kg > libre or libre <= 0 then
    raise exception 'lote_sin_saldo_libre' using errcode = 'PT409',
      detail = 'De ese lote no quedan tantos kilos sin prometer.', hint = 'lote_kg';
  end if;
  new.peso_qq := coalesce(new.peso_qq, round(new.lote_kg / qq, 4));
  new.humedad := coalesce(new.humedad, lote.humedad_pct);
  -- Its last decimal is what rounding may add.
  if new.peso_qq > round(new.lote_kg / qq, 4) + 0.0001 then
    raise exception 'lote_excedido' using errcode = 'PT422',
      detail = 'Un lote no promete más peso ni más humedad que los que tiene.', hint = 'peso_qq';
  elsif new.humedad > lote.humedad_pct then
    raise exception 'lote_excedido' using errcode = 'PT422',
      detail = 'Un lote no promete más peso ni más humedad que los que tiene.', hint = 'humedad';
  elsif new.humedad is null then
    raise exception 'lote_sin_humedad' using errcode = 'PT422',
      detail = 'Ese lote no tiene humedad medida: dígala.', hint = 'humedad';
  elsif privado.orden_de_estado(new.estado) > privado.orden_de_estado(privado.estado_de_lote(lote)) then
    raise exception 'lote_del_grafo' using errcode = 'PT409',
      detail = 'A ese lote lo mueven las operaciones de su dueño.', hint = 'estado';
  end if;
  new.estado := privado.estado_de_lote(lote);
  return new;
end
$$;
comment on function privado.citar_lote() is 'Disparador: lo que un lote de un contrato promete de uno del grafo.';

-- After the row is there: those that one statement brings do not see each other before.
create function privado.prometer_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into privado.promesas (asociado_id, lote_id, kg) values (new.id, new.lote_id, new.lote_kg);
  if privado.kg_prometidos(new.lote_id) > (select s.kg from privado.saldos s where s.lote_id = new.lote_id) then
    raise exception 'lote_sin_saldo_libre' using errcode = 'PT409',
      detail = 'De ese lote no quedan tantos kilos sin prometer.', hint = 'lote_kg';
  end if;
  return null;
end
$$;
comment on function privado.prometer_lote() is 'Disparador: los kilos que promete no son de nadie más.';

create function privado.cuidar_cita() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if (new.peso_qq, new.humedad, new.estado) is distinct from (old.peso_qq, old.humedad, old.estado)
    -- What was released, when its contract closed, is written by hand again.
    and exists (select from privado.promesas p where p.asociado_id = new.id) then
    raise exception 'lote_del_grafo' using errcode = 'PT409',
      detail = 'A ese lote lo mueven las operaciones de su dueño.',
      hint = case when new.estado <> old.estado then 'estado' when new.peso_qq <> old.peso_qq then 'peso_qq' else 'humedad' end;
  elsif new.origen_compartido <> old.origen_compartido and auth.uid() is not null
    and not exists (select from public.lotes l where l.id = new.lote_id and l.empresa_id = privado.mi_empresa()) then
    raise exception 'origen_ajeno' using errcode = 'PT403',
      detail = 'Lo que se cuenta del origen de un lote lo dice su dueño.', hint = 'origen_compartido';
  end if;
  return new;
end
$$;
comment on function privado.cuidar_cita() is 'Disparador: lo que de un lote del grafo no se escribe a mano.';

create function privado.orden_de_estado(estado text) returns integer
language sql immutable parallel safe set search_path = '' as $$
  select array_position(array['En tránsito', 'Recibido', 'Secado', 'Exportado'], estado)
$$;
comment on function privado.orden_de_estado(text) is 'Los estados de un lote, en su orden.';

revoke all on function privado.estado_de_lote(public.lotes), privado.tomar_saldo(uuid), privado.citar_lote(),
  privado.prometer_lote(), privado.cuidar_cita(), privado.orden_de_estado(text) from public;
