#!/usr/bin/env bash
# Brings a server to the version of this folder (git pull comes before): says what it will touch, takes a backup,
# migrates and changes the functions two by two, so that no request is cut.
#
#   sudo supabase/docker/actualizar.sh [--comprobar] [--sin-respaldo]
set -euo pipefail

DOCKER_DIR=$(cd "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}." && pwd)
# shellcheck source=lib/comun.sh
. "$DOCKER_DIR/lib/comun.sh"
# shellcheck source=lib/entorno.sh
. "$DOCKER_DIR/lib/entorno.sh"
# shellcheck source=lib/comprobar.sh
. "$DOCKER_DIR/lib/comprobar.sh"
what_now 'The functions of before go on serving: mend what the lines above tell, and run it again. To go back: git checkout of the version of before, and actualizar.sh --sin-respaldo.'

BACKUP=1
for argument in "$@"; do
  case $argument in
    --comprobar) DRY=1 ;;
    --sin-respaldo) BACKUP= ;;
    *) die "unknown: $argument (--comprobar, --sin-respaldo)" ;;
  esac
done
[[ -f $ENV_FILE ]] || die 'there is nothing here yet: instalar.sh comes first.'
check_programs
report_checks || die 'nothing was changed.'

pending() {
  local applied file names=()
  applied=$(psql_db 'select version from supabase_migrations.schema_migrations')
  for file in "$ROOT"/supabase/migrations/*.sql; do
    file=${file##*/}
    grep -qxF "${file%%_*}" <<<"$applied" || names+=("$file")
  done
  printf '%s' "${names[*]:-none}"
}

say 'It will touch'
say "  Triboka   $(read_value TRIBOKA_VERSION) -> $(version_of_ours)"
say "  Supabase  $(installed_commit) -> $SUPABASE_COMMIT ($SUPABASE_TAG)"
say "  Migrations that the database does not have: $(pending)"

# As many new ones as there are old, and only when they are ready the old ones go: nginx asks for the names every 5 s.
roll() {
  local old count
  mapfile -t old < <(compose ps -q triboka)
  count=${#old[@]}
  compose up -d --wait --no-deps --no-recreate --scale triboka=$((2 * count)) triboka
  local id
  for id in "${old[@]}"; do
    docker stop -t 50 "$id" >/dev/null
    docker rm "$id" >/dev/null
  done
}

before=$(cksum <"$ENV_FILE")
say 'Doing it'
[[ -z $BACKUP ]] || step 'take a backup' compose run --rm respaldo /opt/respaldo/respaldo.sh
[[ $(installed_commit) == "$SUPABASE_COMMIT" ]] || step "fetch $SUPABASE_TAG" fetch_release
step "keep $ENV_FILE, adding what it lacks" write_env
step "check that Supabase's file and ours agree" agree
step 'download the images' compose pull --quiet --ignore-buildable
step 'build our images' compose build --quiet triboka tools respaldo
step 'apply the migrations' migrate
[[ -z $DRY && $(cksum <"$ENV_FILE") == "$before" ]] || step 'change the functions without a cut' roll
step 'start what changed' compose up -d --wait --wait-timeout 300
