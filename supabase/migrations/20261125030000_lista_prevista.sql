-- Why: a page of contracts was planned as if it might have a thousand rows, which in a database of few contracts reads
-- all of them, and all companies, instead of the twenty-one that were found.
-- Touches: what the planner is told of privado.contratos_filtrados(). Destructive: no.
alter function privado.contratos_filtrados(text, date, date, text, bigint[], bigint, boolean, integer) rows 21;
