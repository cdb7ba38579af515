-- Why: where one contract has most of the messages, the planner takes any other for as full, and looks for its last
-- ones among those of all: the list of contracts, which counts what is unread in each, took 200 ms beside a
-- conversation of 100,000. The same of documents, which had no index in the order that their pages go.
-- Touches: public.mensajes and public.documentos_contrato tell the planner that a contract has some twenty; the key
-- that messages refer to a document by begins with the contract, so that it serves its pages too. Destructive: no.
alter table public.mensajes alter column contrato_id set (n_distinct = -0.05);
alter table public.documentos_contrato alter column contrato_id set (n_distinct = -0.05);

alter table public.mensajes drop constraint mensajes_documento_fkey;
alter table public.documentos_contrato
  drop constraint documentos_contrato_id_contrato_key,
  add constraint documentos_contrato_id_contrato_key unique (contrato_id, id);
alter table public.mensajes add constraint mensajes_documento_fkey
  foreign key (documento_id, contrato_id) references public.documentos_contrato (id, contrato_id) on delete restrict;

analyze public.mensajes, public.documentos_contrato;
