-- What changes in a contract is told to the other parties: one trigger function for the tables that tell it (contratos,
-- contratos_participantes, lotes_asociados, documentos_contrato, mensajes). Who is told, and how: 31_avisos.
create function privado.notificar_cambio() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_contrato bigint;
  v_codigo text;
  v_empresa bigint;
begin
  if tg_table_name = 'contratos' then
    v_contrato := new.id;
  elsif tg_op = 'DELETE' then
    v_contrato := old.contrato_id;
  else
    v_contrato := new.contrato_id;
  end if;
  select c.codigo into v_codigo from public.contratos c where c.id = v_contrato;
  case tg_table_name
    when 'mensajes' then
      perform privado.notificar(v_contrato, 'mensaje', format('Mensaje nuevo de %s en %s.', new.autor, v_codigo),
        jsonb_build_object('codigo', v_codigo, 'mensaje_id', new.id));
    when 'contratos' then
      perform privado.notificar(v_contrato, 'contrato',
        case when tg_op = 'INSERT' then format('%s abrió el contrato %s.', privado.quien(), v_codigo)
          when old.estado <> new.estado then format('El contrato %s pasó a %s.', v_codigo, new.estado)
          else format('%s editó el contrato %s.', privado.quien(), v_codigo) end,
        -- How much was exported goes beside the text, which a locked screen shows.
        jsonb_build_object('codigo', v_codigo, 'estado', new.estado)
          || case when tg_op = 'UPDATE' and old.estado <> new.estado and new.estado = 'Cerrado'
            then jsonb_build_object('exportado_tm', privado.exportado_tm(new.id), 'volumen_tm', new.volumen_tm)
            else '{}' end);
    when 'documentos_contrato' then
      perform privado.notificar(v_contrato, 'documento', format('%s subió un documento a %s.', privado.quien(), v_codigo),
        jsonb_build_object('codigo', v_codigo, 'documento_id', new.id, 'tipo', new.tipo));
    when 'lotes_asociados' then
      perform privado.notificar(v_contrato, 'lote',
        case when tg_op = 'INSERT'
          then format('%s asoció el lote %s a %s.', privado.quien(), new.codigo_lote, v_codigo)
          else format('El lote %s de %s pasó a %s.', new.codigo_lote, v_codigo, new.estado) end,
        jsonb_build_object('codigo', v_codigo, 'lote_id', new.id, 'estado', new.estado));
    when 'contratos_participantes' then
      if tg_op = 'DELETE' then
        v_empresa := old.empresa_id;
      else
        v_empresa := new.empresa_id;
      end if;
      perform privado.notificar(v_contrato, 'participante',
        format(case tg_op when 'INSERT' then '%s asoció a %s al contrato %s.' else '%s retiró a %s del contrato %s.' end,
          privado.quien(), (select e.nombre from public.empresas e where e.id = v_empresa), v_codigo),
        jsonb_build_object('codigo', v_codigo, 'empresa_id', v_empresa), v_empresa);
  end case;
  return null;
end
$$;
comment on function privado.notificar_cambio() is 'Disparador: lo que cambia en un contrato se avisa a las otras partes.';
revoke all on function privado.notificar_cambio() from public;
