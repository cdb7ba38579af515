-- What an operation lost, by cause.

create type privado.perdida as (causa text, kg numeric);
comment on type privado.perdida is 'Los kilos que se perdieron por una causa.';

-- What drying and fermenting lose as water and juice is computed, and so is what nobody can explain.
create function privado.leer_perdidas(perdidas jsonb, tipo text) returns privado.perdida[]
language plpgsql immutable set search_path = '' as $$
declare
  leidas privado.perdida[] := '{}';
  v jsonb;
  campo text;
begin
  perform privado.exigir_lista(perdidas, '{causa,kg}', 'perdidas');
  for v in select e from jsonb_array_elements(perdidas) as e loop
    campo := 'perdidas[' || cardinality(leidas) || '].';
    if not coalesce(v ->> 'causa' in
        ('agua', 'exudado', 'impurezas', 'muestra', 'derrame', 'robo', 'polvo', 'sin_explicar'), false)
      or exists (select from unnest(leidas) as p where p.causa = v ->> 'causa')
    then
      raise exception 'causa_invalida' using errcode = 'PT422',
        detail = 'La causa es agua, exudado, impurezas, muestra, derrame, robo, polvo o sin_explicar, una vez cada una.',
        hint = campo || 'causa';
    elsif tipo in ('secar', 'fermentar') and v ->> 'causa' in ('agua', 'exudado', 'sin_explicar') then
      raise exception 'causa_calculada' using errcode = 'PT422',
        detail = 'Al secar y fermentar, el agua, el exudado y lo que nadie explica se calculan.', hint = campo || 'causa';
    end if;
    leidas := leidas || (v ->> 'causa', privado.leer_kg(v -> 'kg', campo || 'kg'))::privado.perdida;
  end loop;
  return leidas;
end
$$;
comment on function privado.leer_perdidas(jsonb, text) is 'Las pérdidas que dice un cliente, por causa.';
revoke all on function privado.leer_perdidas(jsonb, text) from public;
