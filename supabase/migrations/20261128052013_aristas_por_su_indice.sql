-- Why: a foreign key names its columns in the order of the index that serves it, as the advisors of Supabase ask.
-- Touches: public.consumos, public.perdidas, public.productos.
-- Destructive: no.

alter table public.consumos
  drop constraint consumos_lote_fkey;

alter table public.consumos
  drop constraint consumos_operacion_fkey;

alter table public.perdidas
  drop constraint perdidas_operacion_fkey;

alter table public.productos
  drop constraint productos_operacion_fkey;

alter table public.consumos
  add constraint consumos_lote_fkey foreign key (lote_id, empresa_id) references public.lotes(id, empresa_id)
    on delete restrict;

alter table public.consumos
  add constraint consumos_operacion_fkey foreign key (operacion_id, empresa_id)
    references public.operaciones(id, empresa_id) on delete restrict;

alter table public.perdidas
  add constraint perdidas_operacion_fkey foreign key (operacion_id, empresa_id)
    references public.operaciones(id, empresa_id) on delete restrict;

alter table public.productos
  add constraint productos_operacion_fkey foreign key (operacion_id, empresa_id)
    references public.operaciones(id, empresa_id) on delete restrict;
