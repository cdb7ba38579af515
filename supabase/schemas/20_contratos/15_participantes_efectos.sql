-- What follows when a company joins a contract or leaves it: the conversation and the people tell it, the channels are
-- closed to who left, the indicators are of who is party.

create function privado.contar_participante() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    insert into public.mensajes (contrato_id, tipo, texto)
    select old.contrato_id, 'sistema', format('%s retiró a %s del contrato.', privado.quien(), e.nombre)
    from public.empresas e where e.id = old.empresa_id;
  else
    insert into public.mensajes (contrato_id, tipo, texto)
    select new.contrato_id, 'sistema', format('%s asoció a %s al contrato.', privado.quien(), e.nombre)
    from public.empresas e where e.id = new.empresa_id;
  end if;
  return null;
end
$$;
comment on function privado.contar_participante() is
  'Disparador: proveedores asociados y retirados, en la conversación.';

-- Who joins or leaves is told too: once it left it is no party.
create function privado.avisar_de_participante() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  parte constant public.contratos_participantes := case tg_op when 'DELETE' then old else new end;
  codigo constant text := (select c.codigo from public.contratos c where c.id = parte.contrato_id);
begin
  perform privado.notificar(parte.contrato_id, 'participante',
    format(case tg_op when 'INSERT' then '%s asoció a %s al contrato %s.' else '%s retiró a %s del contrato %s.' end,
      privado.quien(), (select e.nombre from public.empresas e where e.id = parte.empresa_id), codigo),
    jsonb_build_object('codigo', codigo, 'empresa_id', parte.empresa_id), parte.empresa_id);
  return null;
end
$$;
comment on function privado.avisar_de_participante() is
  'Disparador: proveedores asociados y retirados, avisados a las otras partes y a ellos.';

-- Whoever leaves a contract stops hearing its channels at once, not when its token is renewed: see
-- privado.reautorizar_canales(). Who is added needs no notice: it joins when it wants.
create function privado.reautorizar_canal() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_notify('realtime_reauthorize', 'contrato:' || c.codigo || canal.sufijo)
  from public.contratos c cross join (values (''), (':vivo')) as canal (sufijo) where c.id = old.contrato_id;
  return null;
end
$$;
comment on function privado.reautorizar_canal() is 'Disparador: cambió quién oye los canales de un contrato.';

-- Who becomes party to a contract sees it in its indicators, and who is taken off does not.
create function privado.sumar_partes() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  partes public.contratos_participantes[];
  contratos bigint[];
begin
  if tg_op = 'DELETE' then
    select array_agg(v::public.contratos_participantes), array_agg(v.contrato_id) into partes, contratos from viejos v;
  else
    select array_agg(n::public.contratos_participantes), array_agg(n.contrato_id) into partes, contratos from nuevos n;
  end if;
  perform privado.tomar_avances(contratos);
  perform privado.anotar_kpis(privado.piezas_kpi(contratos, case tg_op when 'DELETE' then -1 else 1 end), partes);
  return null;
end
$$;
comment on function privado.sumar_partes() is
  'Disparador: los indicadores de quien llega a un contrato y de quien se va.';

revoke all on function privado.contar_participante(), privado.avisar_de_participante(), privado.reautorizar_canal(),
  privado.sumar_partes() from public;
