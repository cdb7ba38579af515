-- What happens to the lots of a contract, in its chain (see 05_evidencia). By statement: those of one request take the
-- head of the chain once.
create function privado.encadenar_lotes() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    perform privado.encadenar(array_agg((n.contrato_id, 'lote.registrado', 'lote/' || n.id,
      '{"fila":' || privado.fila_lote(n::public.lotes_asociados, privado.sal_de('lote/' || n.id)) || '}'
      )::privado.evidencia_nueva order by n.contrato_id, n.id))
    from nuevos n;
  else
    perform privado.encadenar(array_agg((n.contrato_id,
      case when v.estado = n.estado then 'lote.cambiado' when n.estado = 'Recibido' then 'lote.recibido'
        when n.estado = 'Secado' then 'lote.secado' when n.estado = 'Exportado' then 'lote.exportado'
        else 'lote.cambiado' end,
      'lote/' || n.id,
      '{"fila":' || privado.fila_lote(n::public.lotes_asociados, privado.sal_de('lote/' || n.id)) || '}'
      )::privado.evidencia_nueva order by n.contrato_id, n.id))
    from nuevos n join viejos v on v.id = n.id
    where privado.fila_lote(n::public.lotes_asociados, '') <> privado.fila_lote(v::public.lotes_asociados, '');
  end if;
  return null;
end
$$;
comment on function privado.encadenar_lotes() is 'Disparador: lotes y sus pasos, en la cadena de su contrato.';
revoke all on function privado.encadenar_lotes() from public;
