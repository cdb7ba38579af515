-- Why: a reopening is a row that a client inserts, and what a client writes in one request is bounded.
-- Touches: a trigger of public.contratos_reaperturas. Destructive: no.
create trigger _000_limitar_filas before insert on public.contratos_reaperturas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
