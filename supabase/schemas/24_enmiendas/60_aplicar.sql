-- How the changes of an amendment become the terms of its contract: by the same columns, constraints and triggers that
-- hold for everybody. To know whether a proposal could be accepted, it is applied and undone: what would be refused
-- then is refused now, by the same rule.

-- What was delivered is not undone by lowering the volume, or the tolerance, below it.
create function privado.exigir_entregado(antes public.contratos, despues public.contratos) returns void
language plpgsql stable set search_path = '' as $$
declare
  entregado constant numeric := round(
    (select a.recibido_qq from public.avances a where a.contrato_id = antes.id) * 0.045359237, 4);
  cabia constant numeric := round(antes.volumen_tm * (1 + antes.tolerancia_pct / 100), 4);
  cabe constant numeric := round(despues.volumen_tm * (1 + despues.tolerancia_pct / 100), 4);
begin
  if cabe < cabia and cabe < entregado then
    raise exception 'volumen_menor_que_entregado' using errcode = 'PT409',
      detail = 'El volumen, con su tolerancia, no baja de lo que ya se entregó.',
      hint = case when despues.volumen_tm < antes.volumen_tm then 'volumen_tm' else 'tolerancia_pct' end;
  end if;
end
$$;
comment on function privado.exigir_entregado(public.contratos, public.contratos) is
  'Nada, si lo entregado cabe en los términos nuevos; si no, volumen_menor_que_entregado.';

-- Setting privado.enmienda: the change is agreed by both, so that either of them may bring it about.
create function privado.aplicar_terminos(contrato public.contratos, cambios jsonb, v_enmienda bigint) returns void
language plpgsql volatile set search_path = '' as $$
declare
  nuevo constant public.contratos := jsonb_populate_record(contrato, cambios);
begin
  perform set_config('privado.enmienda', v_enmienda::text, true);
  perform privado.escribir_terminos(contrato, cambios);
  perform privado.exigir_entregado(contrato, nuevo);
  perform set_config('privado.enmienda', '', true);
end
$$;
comment on function privado.aplicar_terminos(public.contratos, jsonb, bigint) is
  'Escribe en un contrato los cambios de una enmienda.';

create function privado.ensayar_terminos(contrato public.contratos, cambios jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  columna text;
  restriccion text;
begin
  perform privado.aplicar_terminos(contrato, cambios, 0);
  raise sqlstate 'TRENS';
exception
  when sqlstate 'TRENS' then
    return;
  when check_violation or not_null_violation then
    get stacked diagnostics columna = column_name, restriccion = constraint_name;
    raise exception 'termino_invalido' using errcode = 'PT422', detail = 'Ese valor no sirve para ese término.',
      hint = coalesce(nullif(columna, ''), substring(restriccion from '^contratos_(?:precios_)?(.+)_valid[oa]s?$'), 'cambios');
end
$$;
comment on function privado.ensayar_terminos(public.contratos, jsonb) is
  'Nada, si esos cambios podrían aplicarse ahora; si no, el error que darían.';

revoke all on function privado.exigir_entregado(public.contratos, public.contratos),
  privado.aplicar_terminos(public.contratos, jsonb, bigint), privado.ensayar_terminos(public.contratos, jsonb) from public;
