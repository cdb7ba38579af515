-- What is fixed of a price and what is annulled, in the chain of its contract (see 05_evidencia).
create function privado.encadenar_fijaciones() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    perform privado.encadenar(array_agg((n.contrato_id, 'fijacion.registrada', 'fijacion/' || n.id,
      '{"fila":' || privado.fila_fijacion(n::public.fijaciones, null) || '}')::privado.evidencia_nueva
      order by n.contrato_id, n.id))
    from nuevos n;
  else
    perform privado.encadenar(array_agg((n.contrato_id,
      case when v.anulada_en is null and n.anulada_en is not null then 'fijacion.anulada' else 'fijacion.cambiada' end,
      'fijacion/' || n.id,
      '{"fila":' || privado.fila_fijacion(n::public.fijaciones,
        case when n.motivo is not null then privado.sal_de('fijacion/' || n.id) end) || '}')::privado.evidencia_nueva
      order by n.contrato_id, n.id))
    from nuevos n join viejos v on v.id = n.id
    where privado.fila_fijacion(n::public.fijaciones, '') <> privado.fila_fijacion(v::public.fijaciones, '');
  end if;
  return null;
end
$$;
comment on function privado.encadenar_fijaciones() is 'Disparador: fijaciones y anulaciones, en la cadena de su contrato.';
revoke all on function privado.encadenar_fijaciones() from public;
