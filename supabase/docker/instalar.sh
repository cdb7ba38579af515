#!/usr/bin/env bash
# Prepares a server: docs/operacion.md. Run again it changes nothing that is as it should be.
#
#   sudo supabase/docker/instalar.sh --dominio cacao.example --correo operador@cacao.example \
#     --admin admin@cacao.example --nombre "Ana Arriaga" --estudio "203.0.113.7 198.51.100.0/24"
#
#   --comprobar        says what it would do, and does nothing
#   --app URL          the app that links in mails lead to (https://<dominio>)
#   --carpeta-app DIR  an app (its index.html and the rest) that nginx serves at https://<dominio>
#   --puerto-postgres N, --puerto-pooler N     Postgres and its pooler on 127.0.0.1, where 5432 or 6543 are taken
#   --rotar-sesiones   another key for the sessions; those of now go on until they expire
#   --smtp HOST[:PORT] --smtp-usuario NAME    the server of mail; its password in SMTP_PASS, or asked for
set -euo pipefail

DOCKER_DIR=$(cd "${BASH_SOURCE[0]%"${BASH_SOURCE[0]##*/}"}." && pwd)
# shellcheck source=lib/comun.sh
. "$DOCKER_DIR/lib/comun.sh"
# shellcheck source=lib/comprobar.sh
. "$DOCKER_DIR/lib/comprobar.sh"
# shellcheck source=lib/entorno.sh
. "$DOCKER_DIR/lib/entorno.sh"
what_now 'Nothing is lost: mend what the lines above tell, and run it again; what is done already stays done.'

usage() {
  sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" >&2
  exit 2
}

ADMIN_EMAIL='' ADMIN_NAME='' ROTATE=''
while [[ $# -gt 0 ]]; do
  [[ $1 == --comprobar ]] && DRY=1 && shift && continue
  [[ $1 == --rotar-sesiones ]] && ROTATE=1 && shift && continue
  [[ $# -ge 2 ]] || usage
  case $1 in
    --dominio) ASKED[DOMAIN]=$2 ;;
    --correo) ASKED[CERTBOT_EMAIL]=$2 ;;
    --admin) ADMIN_EMAIL=$2 ;;
    --nombre) ADMIN_NAME=$2 ;;
    --estudio) ASKED[STUDIO_ALLOW]=$(allow_lines "$2") ;;
    --app) ASKED[SITE_URL]=${2%/} ;;
    --carpeta-app) ASKED[APP_DIR]=$2 ;;
    --puerto-postgres) ASKED[POSTGRES_PORT]=$2 ;;
    --puerto-pooler) ASKED[POOLER_PROXY_PORT_TRANSACTION]=$2 ;;
    --smtp) ASKED[SMTP_HOST]=${2%%:*} ASKED[SMTP_PORT]=$(sed -n 's/.*://p' <<<"$2") ;;
    --smtp-usuario) ASKED[SMTP_USER]=$2 ;;
    *) usage ;;
  esac
  shift 2
done

DOMAIN=$(value DOMAIN)
[[ $DOMAIN =~ ^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$ ]] || die '--dominio must be a name such as cacao.example.'
[[ $(value CERTBOT_EMAIL) =~ ^[^@[:space:]]+@[^@[:space:]]+$ ]] || die '--correo must be an address: the certificate authority writes there.'
[[ ${ASKED[SITE_URL]:-https://} =~ ^https?:// ]] || die '--app must be a URL.'
[[ -z ${ASKED[APP_DIR]:-} ]] || ASKED[APP_DIR]=$(app_folder "${ASKED[APP_DIR]}")
if [[ -n ${ASKED[SMTP_HOST]:-} && -z $DRY ]]; then
  [[ -n ${SMTP_PASS:-} ]] || read -rsp "Password of ${ASKED[SMTP_USER]:-} at ${ASKED[SMTP_HOST]}: " SMTP_PASS ||
    die 'there is nobody to ask for the password of the server of mail: give it in SMTP_PASS.'
  ASKED[SMTP_PASS]=$SMTP_PASS
fi

say 'Looking at the server'
check_system
check_programs
check_room
check_ports
check_name "$DOMAIN"
report_checks || [[ -n $DRY ]] || die 'nothing was changed.'

say 'Supabase'
[[ $(installed_commit) == "$SUPABASE_COMMIT" ]] || step "fetch $SUPABASE_TAG ($SUPABASE_COMMIT)" fetch_release
if [[ -f $ENV_FILE ]]; then
  step "keep $ENV_FILE, adding what it lacks" write_env
else
  step "write $ENV_FILE, with secrets made now, for root alone to read" write_env
fi

say 'Starting'
step "check that Supabase's file and ours agree" agree
step 'build our images' compose build --quiet triboka tools respaldo
step 'start Postgres, Auth, REST, Storage and Realtime' compose up -d --wait --wait-timeout 300 db auth rest storage realtime
step 'apply the migrations' migrate
step "start the rest, and nginx on https://$DOMAIN" compose up -d --wait --wait-timeout 300

has_admin() { [[ $(psql_db "select exists (select from public.usuarios where rol = 'admin' and activo)") == t ]]; }
make_admin() {
  if has_admin; then
    say '  there is an administrator'
  elif [[ -n $ADMIN_EMAIL && -n $ADMIN_NAME ]]; then
    compose run --rm tools node scripts/admin.ts "$ADMIN_EMAIL" "$ADMIN_NAME"
  else
    say '  nobody yet: run this again with --admin and --nombre'
  fi
}
say 'The first administrator'
step 'make the first administrator, if there is none' make_admin

remaining() {
  say 'What remains'
  [[ ${#WARNINGS[@]} -eq 0 ]] || printf '  - %s\n' "${WARNINGS[@]}"
  [[ -n $(read_value SMTP_HOST) ]] || say '  - A server of mail (--smtp): without it, links of invitations are given to who invites.'
  [[ $(read_value STUDIO_ALLOW) != 'allow 127.0.0.1;' ]] || say '  - The addresses from which Studio opens (--estudio); it now opens from none.'
  [[ -n $(read_value APP_DIR) || $(read_value SITE_URL) != "https://$DOMAIN" ]] ||
    say "  - The app at https://$DOMAIN (--carpeta-app): until then an invitation leads to a page that says what to do."
  say '  - Copies of the backups on another machine: docs/respaldos.md'
  say "  - Keep a copy of $ENV_FILE somewhere else: without its keys a backup of the database opens to nobody."
  say "  Studio: https://$DOMAIN:$(value STUDIO_PORT 8443), user operador, password DASHBOARD_PASSWORD of $ENV_FILE"
}
if [[ -z $DRY ]]; then remaining; fi
[[ ${#PROBLEMS[@]} -eq 0 ]] || exit 1
