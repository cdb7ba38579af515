-- An id that the client gives makes an operation repeatable: the same again is answered with the first.

create function privado.huella_de_operacion(pedido jsonb) returns text
language sql immutable set search_path = '' as $$
  select encode(sha256(convert_to(pedido::text, 'UTF8')), 'hex')
$$;
comment on function privado.huella_de_operacion(jsonb) is 'Huella de lo que se pidió.';

-- Two that come at once take turns. Of an id that another company used the answer is that of another content.
create function privado.ya_registrada(v_id uuid, empresa bigint, v_huella text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  hallada record;
begin
  perform pg_advisory_xact_lock(hashtextextended('operacion ' || v_id, 0));
  select o.empresa_id, o.huella into hallada from public.operaciones o where o.id = v_id;
  if not found then
    return false;
  elsif (hallada.empresa_id, hallada.huella) is distinct from (empresa, v_huella) then
    raise exception 'operacion_distinta' using errcode = 'PT409',
      detail = 'Ese id ya es de otra operación: dé otro, o repita la misma.', hint = 'id';
  end if;
  return true;
end
$$;
comment on function privado.ya_registrada(uuid, bigint, text) is '¿Se registró ya esa operación? Con otro contenido, un error.';

revoke all on function privado.huella_de_operacion(jsonb), privado.ya_registrada(uuid, bigint, text) from public;
