-- The rules of public.enmiendas: an amendment is answered once, and whoever is party hears of it, without figures:
-- suppliers read the conversation and the notices.

create function privado.conservar_enmienda() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and old.estado = 'propuesta' and new.estado <> 'propuesta' then
    old.estado := new.estado;
    old.motivo := new.motivo;
    old.respondida_por := new.respondida_por;
    old.respondida_empresa := new.respondida_empresa;
    old.respondida_en := new.respondida_en;
    if old is not distinct from new then
      return new;
    end if;
  end if;
  raise exception 'enmienda_inmutable' using errcode = 'PT409',
    detail = 'Una enmienda no se modifica ni se borra: se responde una vez.';
end
$$;
comment on function privado.conservar_enmienda() is 'Disparador: las enmiendas son evidencia.';

create function privado.contar_enmienda() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
  hecho constant text := case new.estado
    when 'propuesta' then format('%s propuso la enmienda %s', privado.quien(), new.n)
    when 'aceptada' then format('%s aceptó la enmienda %s', privado.quien(), new.n)
    when 'rechazada' then format('%s rechazó la enmienda %s', privado.quien(), new.n)
    when 'retirada' then format('%s retiró la enmienda %s', privado.quien(), new.n)
    else format('La enmienda %s venció sin respuesta', new.n) end;
begin
  insert into public.mensajes (contrato_id, tipo, texto) values (new.contrato_id, 'sistema', hecho || '.');
  perform privado.notificar(new.contrato_id, 'contrato', format('%s en %s.', hecho, codigo),
    jsonb_build_object('codigo', codigo, 'enmienda', new.n, 'estado_enmienda', new.estado));
  return null;
end
$$;
comment on function privado.contar_enmienda() is
  'Disparador: propuestas y respuestas de enmiendas, en la conversación y avisadas a las otras partes.';

revoke all on function privado.conservar_enmienda(), privado.contar_enmienda() from public;
