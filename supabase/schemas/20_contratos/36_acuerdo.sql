-- Nothing binds, counts for or is told to a company that has not said yes. Between companies that have accepted each
-- other a contract starts as their trade does: the exporter's Activo, the centre's in review. Any other is proposed:
-- the other side is no party until it accepts. And while it is in review, the yes of each side is to the terms as they
-- stand. Where auth.uid() is null the system writes, and nobody is asked.

create function privado.pedir_acuerdo() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  mia constant bigint := case when not privado.es_admin() then privado.mi_empresa() end;
  ambas boolean;
begin
  if auth.uid() is null then
    new.exportadora_acepto_en := coalesce(new.exportadora_acepto_en, new.creado_en);
    new.contraparte_acepto_en := coalesce(new.contraparte_acepto_en, new.creado_en);
    return new;
  elsif not privado.relacionadas(new.exportadora_id, new.contraparte_id) then
    new.estado := 'En revisión';
    -- Of one that an administrator makes nobody has said yes.
    new.propuesto_a := array_remove(array[new.exportadora_id, new.contraparte_id], mia);
    -- The turn of who proposes comes before that of the codes, which others wait for.
    if mia is not null then
      perform privado.tomar_propuestas(mia);
    end if;
  end if;
  ambas := new.estado <> 'En revisión';
  new.exportadora_acepto_en := case when ambas or mia = new.exportadora_id then clock_timestamp() end;
  new.contraparte_acepto_en := case when ambas or mia = new.contraparte_id then clock_timestamp() end;
  return new;
end
$$;
comment on function privado.pedir_acuerdo() is 'Disparador: quién aceptó un contrato nuevo y a quién se le propone.';

create function privado.renovar_acuerdo() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  mia constant bigint := case when not privado.es_admin() then privado.mi_empresa() end;
begin
  if auth.uid() is not null then
    new.exportadora_acepto_en := case when mia = new.exportadora_id then clock_timestamp() end;
    new.contraparte_acepto_en := case when mia = new.contraparte_id then clock_timestamp() end;
  end if;
  return new;
end
$$;
comment on function privado.renovar_acuerdo() is
  'Disparador: quien cambia los términos en revisión los acepta así, y la otra parte todavía no.';

-- What a price to be fixed comes to by its fixings is no change of what was agreed.
create function privado.renovar_acuerdo_por_precio() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  mia constant bigint := case when not privado.es_admin() then privado.mi_empresa() end;
begin
  if auth.uid() is not null then
    update public.contratos c set
      exportadora_acepto_en = case when mia = c.exportadora_id then clock_timestamp() end,
      contraparte_acepto_en = case when mia = c.contraparte_id then clock_timestamp() end
    where c.id = new.contrato_id and c.estado = 'En revisión'
      and (c.modalidad_precio = 'fijo' or old.diferencial_tm is distinct from new.diferencial_tm);
  end if;
  return null;
end
$$;
comment on function privado.renovar_acuerdo_por_precio() is
  'Disparador: quien cambia el precio en revisión lo acepta así, y la otra parte todavía no.';

-- After the row, which the proposal refers to.
create function privado.proponer_contrato(v_contrato bigint, v_empresa bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if privado.es_admin() then
    perform privado.notificar_empresa(v_empresa, 'relacion', 'Un administrador de Triboka le propone un contrato.',
      jsonb_build_object('contrato', (select c.codigo from public.contratos c where c.id = v_contrato)));
  else
    perform privado.abrir_propuesta(privado.mi_empresa(), v_empresa, v_contrato => v_contrato);
  end if;
end
$$;
comment on function privado.proponer_contrato(bigint, bigint) is 'Pregunta a una empresa si acepta ser parte de un contrato.';

revoke all on function privado.pedir_acuerdo(), privado.renovar_acuerdo(), privado.renovar_acuerdo_por_precio(),
  privado.proponer_contrato(bigint, bigint) from public;
