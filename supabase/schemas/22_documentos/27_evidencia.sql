-- The papers of a contract, in its chain (see 05_evidencia): when they are registered, and when the server has read
-- their bytes.
create function privado.encadenar_documentos() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    perform privado.encadenar(array_agg((n.contrato_id, 'documento.registrado', 'documento/' || n.id,
      '{"fila":' || privado.fila_documento(n::public.documentos_contrato, privado.sal_de('documento/' || n.id))
        || '}')::privado.evidencia_nueva order by n.contrato_id, n.id))
    from nuevos n;
  else
    perform privado.encadenar(array_agg((n.contrato_id,
      case when n.verificacion = v.verificacion then 'documento.cambiado'
        else 'documento.' || replace(n.verificacion, ' ', '_') end,
      'documento/' || n.id,
      '{"fila":' || privado.fila_documento(n::public.documentos_contrato, privado.sal_de('documento/' || n.id))
        || '}')::privado.evidencia_nueva order by n.contrato_id, n.id))
    from nuevos n join viejos v on v.id = n.id
    where privado.fila_documento(n::public.documentos_contrato, '')
      <> privado.fila_documento(v::public.documentos_contrato, '');
  end if;
  return null;
end
$$;
comment on function privado.encadenar_documentos() is 'Disparador: documentos y sus huellas, en la cadena de su contrato.';
revoke all on function privado.encadenar_documentos() from public;
