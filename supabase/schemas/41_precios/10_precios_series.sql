-- The pairs of quality and market that each owner of prices has, counted and bounded: the prices in force are found with
-- one step of an index for each pair, so a reader waits as long as there are pairs, and no longer.
create table privado.precios_series (
  empresa_id bigint not null,
  calidad text not null,
  mercado text not null,
  filas integer not null,
  desde date not null,
  primary key (empresa_id, calidad, mercado)
);
comment on table privado.precios_series is
  'Calidades y mercados con precios de cada empresa, cuántos y desde cuándo; 0 son los de todas. Lo mantienen disparadores.';
revoke all on privado.precios_series from anon, authenticated, service_role;
