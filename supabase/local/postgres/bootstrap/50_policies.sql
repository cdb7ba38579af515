-- What supautils lets postgres do on Supabase with tables of the stack that it does not own: write policies, and drop
-- triggers. Making triggers, reading and writing need no more than the grants. Nothing else: whatever a migration can
-- do here beyond that (an index on storage.objects, a function in auth) would fail on a server.
-- postgres is a member of their owners while such a statement runs, and of none before or after it.
-- Runs as supabase_admin at every start; every statement may run again.
revoke supabase_storage_admin, supabase_realtime_admin from postgres;

create or replace function extensions.policies_begin() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
  if session_user = 'postgres' then
    -- One at a time: two that change the same memberships at once fail.
    perform pg_advisory_xact_lock(hashtextextended('policies of postgres', 0));
    grant supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin to postgres;
  end if;
end
$$;

create or replace function extensions.policies_end() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
  if session_user = 'postgres' then
    revoke supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin from postgres;
  end if;
end
$$;

do $$
begin
  if not exists (select from pg_event_trigger where evtname = 'policies_begin') then
    create event trigger policies_begin on ddl_command_start
      when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER')
      execute function extensions.policies_begin();
  end if;
  if not exists (select from pg_event_trigger where evtname = 'policies_end') then
    create event trigger policies_end on ddl_command_end
      when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER')
      execute function extensions.policies_end();
  end if;
end
$$;
