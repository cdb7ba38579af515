-- Why: apps follow the changes of a contract with postgres_changes; RLS decides what each of them sees.
-- Touches: publication supabase_realtime. Destructive: no.
alter publication supabase_realtime
  add table public.contratos, public.lotes_asociados, public.documentos_contrato, public.mensajes;
