-- Why: five functions were executable only because new ones in public are by default, which a Supabase may be told not to
--   do: it is said in so many words, as of every other.
-- Touches: public.crear_contrato, public.diferencial_tm, public.elegir_serie_contratos, public.precio_fijado_tm,
--   public.serie_contratos.
-- Destructive: no.

grant execute on function
  public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text, numeric),
  public.elegir_serie_contratos(text), public.serie_contratos() to authenticated;
grant execute on function public.precio_fijado_tm(public.contratos), public.diferencial_tm(public.contratos)
  to authenticated, service_role;
