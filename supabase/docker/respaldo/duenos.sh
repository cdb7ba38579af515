# shellcheck shell=bash
# What restaurar.sh does about what an administrator made as `postgres`, who is no superuser: event triggers and
# foreign data wrappers. On Supabase the library supautils let him; Postgres alone gives neither to such an owner, and
# supautils lets no superuser make an event trigger in his stead.

# Every session of ours from here on goes without supautils, which the server loads into each. It also keeps the event
# triggers of an administrator from running as the superuser that we are; without it, none runs at all.
leave_guards_out() {
  local version
  export PGOPTIONS="${PGOPTIONS-} -c session_preload_libraries="
  version=$(PGDATABASE=template1 ask 'show server_version_num')
  if ((version >= 170000)); then PGOPTIONS+=' -c event_triggers=off'; fi
}

# The list of the dump on the standard input as files <prefix>.<number> in its order, each restored at once; beside
# those of an owner who is no superuser, <file>.owner. Event triggers of such owners come last, after every other
# statement that would set them off. What is of pg_cron goes to <prefix>.cron: restore_jobs.
split_list() {
  awk -v prefix="$1" -v roles="$2" '
    function part(owner) {
      file = sprintf("%s.%04d", prefix, ++parts)
      if (owner != "") print owner > (file ".owner")
    }
    BEGIN { while ((getline role < roles) > 0) common[role] }
    /^;/ || !NF { next }
    { owner = "" }
    /^[0-9]+; [0-9]+ [0-9]+ (EXTENSION - pg_cron |COMMENT - EXTENSION pg_cron |ACL - SCHEMA cron |(TABLE DATA|SEQUENCE SET|ACL|DEFAULT ACL|POLICY|COMMENT) cron )/ {
      print > (prefix ".cron")
      next
    }
    $NF in common {
      if ($0 ~ /^[0-9]+; [0-9]+ [0-9]+ ((COMMENT|SECURITY LABEL) - EVENT TRIGGER|EVENT TRIGGER -) /) {
        late[++lates] = $0; whose[lates] = $NF
        next
      }
      if ($0 ~ /^[0-9]+; [0-9]+ [0-9]+ FOREIGN DATA WRAPPER - /) owner = $NF
    }
    owner != "" || before != "" || !parts { part(owner) }
    { print > file; before = owner }
    END { for (i = 1; i <= lates; i++) { part(whose[i]); print late[i] > file } }'
}

# <dump>: into TARGET. What is given to such an owner is so within one transaction in which he is a superuser: nobody
# else ever sees him be one, and there is no moment at which a failure would leave him so.
restore_dump() {
  local dump=$1 list
  ask 'select rolname from pg_roles where not rolsuper' >"$WORK/no_superusers"
  pg_restore --list "$dump" | split_list "$WORK/lista" "$WORK/no_superusers"
  for list in "$WORK"/lista.[0-9][0-9][0-9][0-9]; do
    if [[ -f $list.owner ]]; then
      {
        printf 'begin;\nalter role :"owner" superuser;\n'
        pg_restore --use-list="$list" --file=- "$dump"
        printf 'alter role :"owner" nosuperuser;\ncommit;\n'
      } | PGDATABASE=$TARGET psql -qX -v ON_ERROR_STOP=1 -v owner="$(<"$list.owner")" >/dev/null
    else
      pg_restore --exit-on-error --no-subscriptions --dbname="$TARGET" --use-list="$list" "$dump"
    fi
  done
}

# pg_cron can be in one database of a server alone, that which serves: after the names have changed, and not in a proof.
restore_jobs() {
  local dump=$1
  [[ -f $WORK/lista.cron ]] || return 0
  if [[ -n $PROOF ]]; then
    say 'The jobs of pg_cron are in the backup, and were not tried: pg_cron lives in the database that serves alone.'
  else
    pg_restore --exit-on-error --dbname="$SERVING" --use-list="$WORK/lista.cron" "$dump"
  fi
}
