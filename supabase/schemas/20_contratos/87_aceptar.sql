-- What is asked of a company: to be party to a contract. It sees names until it says yes; who wants to read the terms
-- first accepts the relation, which opens the contract, and then the contract.

-- Neither what a company that it has blocked proposes, nor what reaches it by another name.
create function privado.propuestas_de(v_empresa bigint) returns table (
  contrato_id bigint, papel text, relacion_id bigint, propone_id bigint, propuesto_en timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
    select p.contrato_id, p.papel, r.id, r.propone_id, coalesce(r.propuesta_en, p.creado_en)
    from public.contratos_participantes p
    join public.contratos c on c.id = p.contrato_id
    left join public.relaciones r on r.contrato_id = c.id and r.estado = 'propuesta' and v_empresa in (r.con_id, r.para_id)
    where p.empresa_id = v_empresa and p.pendiente and c.eliminado_en is null and c.rechazado_en is null
      and c.estado <> 'Cerrado' and case
        when r.id is not null then r.para_id is not distinct from v_empresa and not privado.bloqueo(v_empresa, r.propone_id)
        -- An administrator's; a related supplier's comes with the contract.
        else p.papel <> 'proveedor' or c.propuesto_a is null end;
end
$$;
comment on function privado.propuestas_de(bigint) is 'Contratos que esperan la respuesta de una empresa.';

create function privado.mis_propuestas(v_despues_de bigint, v_limite int) returns table (
  contrato_id bigint, codigo text, exportadora text, contraparte text, papel text, propone text, propuesto_en timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  return query
    select c.id, c.codigo, x.nombre, k.nombre, p.papel, q.nombre, p.propuesto_en
    from privado.propuestas_de(privado.mi_empresa()) as p
    join public.contratos c on c.id = p.contrato_id
    join public.empresas x on x.id = c.exportadora_id
    join public.empresas k on k.id = c.contraparte_id
    left join public.empresas q on q.id = p.propone_id
    where c.id < coalesce(v_despues_de, 9223372036854775807)
    order by c.id desc limit least(greatest(v_limite, 1), 1001);
end
$$;
comment on function privado.mis_propuestas(bigint, int) is 'Página de los contratos que esperan la respuesta del usuario.';

create function public.mis_propuestas(despues_de bigint default null, limite int default 20) returns table (
  contrato_id bigint, codigo text, exportadora text, contraparte text, papel text, propone text, propuesto_en timestamptz)
language sql stable security invoker set search_path = '' as $$
  select * from privado.mis_propuestas(despues_de, limite)
$$;
comment on function public.mis_propuestas(bigint, int) is
  'Contratos que otros proponen a la empresa, con los nombres y nada más; del último al primero.';

-- The contract in its turn, and what its company is in it.
create function privado.tomar_propuesta(v_contrato bigint, v_empresa bigint, out contrato public.contratos,
  out parte public.contratos_participantes, out relacion_id bigint)
language plpgsql volatile security definer set search_path = '' as $$
declare
  esperaba constant boolean := exists (select from privado.propuestas_de(v_empresa) q where q.contrato_id = v_contrato);
begin
  if esperaba or privado.participa(v_contrato) then
    select * into contrato from public.contratos c where c.id = v_contrato for no key update;
    select * into parte from public.contratos_participantes p
    where p.contrato_id = v_contrato and p.empresa_id = v_empresa;
    select q.relacion_id into relacion_id from privado.propuestas_de(v_empresa) q where q.contrato_id = v_contrato;
  end if;
  if contrato.id is null or contrato.eliminado_en is not null or parte.contrato_id is null
    or (parte.pendiente and contrato.rechazado_como = 'retirado') then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  elsif contrato.rechazado_en is not null then
    raise exception 'contrato_rechazado' using errcode = 'PT409',
      detail = 'Ese contrato no se aceptó, o se retiró: ya no cambia.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
end
$$;
comment on function privado.tomar_propuesta(bigint, bigint) is
  'El contrato al que una empresa puede responder, tomado; y lo que es en él.';

create function privado.aceptar_contrato(v_contrato bigint, v_version timestamptz) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
declare
  mia constant bigint := privado.empresa_que_decide();
  p record;
  c public.contratos;
begin
  select * into p from privado.tomar_propuesta(v_contrato, mia);
  if (p.contrato).actualizado_en <> v_version then
    raise exception 'version_distinta' using errcode = 'PT412',
      detail = 'El contrato cambió desde que usted lo leyó: vuelva a leerlo antes de editarlo.';
  end if;
  if (p.parte).pendiente then
    if p.relacion_id is null then
      perform privado.abrir_contrato(v_contrato, mia);
    else
      perform privado.aceptar_relacion(r) from public.relaciones r where r.id = p.relacion_id;
    end if;
  end if;
  select * into c from public.contratos x where x.id = v_contrato;
  if mia not in (c.exportadora_id, c.contraparte_id) or c.estado <> 'En revisión' then
    return c;
  end if;
  -- Who was party already accepts terms, and no relation: one that ended comes back by a proposal alone.
  if (p.parte).pendiente and c.propuesto_a is null then
    perform privado.relacionar(c.exportadora_id, c.contraparte_id);
  end if;
  update public.contratos x set
    exportadora_acepto_en = coalesce(x.exportadora_acepto_en, case when mia = x.exportadora_id then clock_timestamp() end),
    contraparte_acepto_en = coalesce(x.contraparte_acepto_en, case when mia = x.contraparte_id then clock_timestamp() end),
    estado = case when x.propuesto_a is null
      and (x.exportadora_acepto_en is not null or mia = x.exportadora_id)
      and (x.contraparte_acepto_en is not null or mia = x.contraparte_id) then 'Activo' else x.estado end
  where x.id = v_contrato
    and case mia when x.exportadora_id then x.exportadora_acepto_en else x.contraparte_acepto_en end is null
  returning * into c;
  if found and c.estado = 'En revisión' then
    insert into public.mensajes (contrato_id, tipo, texto)
    values (v_contrato, 'sistema', format('%s aceptó los términos del contrato.', privado.quien()));
    perform privado.notificar(v_contrato, 'contrato', format('%s aceptó los términos de %s.', privado.quien(), c.codigo),
      jsonb_build_object('codigo', c.codigo, 'estado', c.estado));
  end if;
  select * into c from public.contratos x where x.id = v_contrato;
  return c;
end
$$;
comment on function privado.aceptar_contrato(bigint, timestamptz) is 'La empresa del usuario acepta un contrato, y a quien se lo propuso.';

create function public.aceptar_contrato(contrato_id bigint, version timestamptz default null) returns public.contratos
language sql volatile security invoker set search_path = '' as $$
  select privado.aceptar_contrato(contrato_id, version)
$$;
comment on function public.aceptar_contrato(bigint, timestamptz) is
  'Acepta un contrato: ser parte de él y, si lo firma, sus términos como están; si se da la versión leída '
  '(actualizado_en), esos y no otros. Con el sí de ambas partes queda Activo.';

-- For the functions, where a path names the contract by its code.
create function privado.contrato_por_responder(v_codigo text) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select c.id from public.contratos c
    where c.codigo = v_codigo and (privado.participa(c.id)
      or exists (select from privado.propuestas_de(privado.mi_empresa()) q where q.contrato_id = c.id)));
end
$$;
comment on function privado.contrato_por_responder(text) is 'El contrato de ese código, si la empresa del usuario es parte o se le propone.';

-- For the answer of the statement that creates a contract: it asks after the rows are there.
create function privado.pendientes_de(v_contrato bigint) returns bigint[]
language plpgsql volatile security definer set search_path = '' as $$
begin
  return array(
    select p.empresa_id from public.contratos_participantes p
    where p.contrato_id = v_contrato and p.pendiente and (privado.participa(v_contrato) or privado.es_admin()));
end
$$;
comment on function privado.pendientes_de(bigint) is 'Empresas a las que se pregunta si son parte de un contrato.';

revoke all on function privado.contrato_por_responder(text), privado.pendientes_de(bigint) from public;
revoke all on function privado.propuestas_de(bigint), privado.mis_propuestas(bigint, int),
  privado.tomar_propuesta(bigint, bigint), privado.aceptar_contrato(bigint, timestamptz) from public;
revoke all on function public.mis_propuestas(bigint, int), public.aceptar_contrato(bigint, timestamptz)
  from public, anon, service_role;
grant execute on function privado.contrato_por_responder(text), privado.pendientes_de(bigint),
  privado.mis_propuestas(bigint, int), public.mis_propuestas(bigint, int),
  privado.aceptar_contrato(bigint, timestamptz), public.aceptar_contrato(bigint, timestamptz) to authenticated;
