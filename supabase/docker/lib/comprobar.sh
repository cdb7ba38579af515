# shellcheck shell=bash
# What a server must have before anything is put on it. Everything is looked at, and told at once.
PROBLEMS=()
WARNINGS=()

problem() { PROBLEMS+=("$*"); }
warn() { WARNINGS+=("$*"); }

check_system() {
  local name
  # shellcheck disable=SC1090
  name=$(. "${OS_RELEASE:-/etc/os-release}" && printf '%s %s' "$ID" "${VERSION_ID:-}")
  case $name in
    'ubuntu 22.04' | 'ubuntu 24.04') ;;
    *) warn "This is $name; the page was written for Ubuntu 22.04 and 24.04." ;;
  esac
  [[ $(id -u) -eq 0 ]] || problem "Run it as root: sudo $0"
}

check_programs() {
  local program
  for program in git openssl awk ss getent; do
    command -v "$program" >/dev/null || problem "$program is missing: apt-get install $(package_of "$program")"
  done
  if ! command -v docker >/dev/null; then
    problem "Docker is missing: https://docs.docker.com/engine/install/ubuntu/"
    return
  fi
  docker info >/dev/null 2>&1 || problem "Docker does not answer: systemctl start docker"
  local version
  version=$(docker compose version --short 2>/dev/null || printf 0)
  # !reset and !override of the overlay.
  [[ $(printf '%s\n' 2.24.4 "${version#v}" | sort -V | head -n 1) == 2.24.4 ]] ||
    problem "Docker Compose is ${version}; it must be 2.24.4 or newer."
}

package_of() {
  case $1 in
    ss) printf iproute2 ;;
    awk) printf mawk ;;
    getent) printf libc-bin ;;
    *) printf '%s' "$1" ;;
  esac
}

check_room() {
  local kibibytes memory
  kibibytes=$(df -Pk "$DOCKER_DIR" | awk 'NR == 2 { print $4 }')
  if [[ ! -d $STACK ]] && ((kibibytes < 20 * 1024 * 1024)); then
    problem "There are $((kibibytes / 1024 / 1024)) GiB free on the disk of $DOCKER_DIR: 20 are needed to begin with."
  fi
  memory=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  ((memory >= 3584)) || warn "This machine has $memory MiB of memory: Supabase asks for 4 GiB, and works well with 8."
}

check_ports() {
  [[ -f $ENV_FILE && -n $(compose ps -q nginx 2>/dev/null) ]] && return
  local port
  for port in 80 443 "$(value STUDIO_PORT 8443)"; do
    [[ -z $(ss -Hltn "sport = :$port" 2>/dev/null) ]] || problem "Port $port is taken: ss -ltnp 'sport = :$port' says by whom."
  done
}

check_name() {
  local domain=$1 ours theirs
  theirs=$(getent ahostsv4 "$domain" | awk '{ print $1 }' | sort -u)
  if [[ -z $theirs ]]; then
    warn "$domain has no address yet: until its DNS points here, the certificate is signed by itself."
    return
  fi
  ours=$(ip -4 -o addr show scope global 2>/dev/null | awk '{ sub("/.*", "", $4); print $4 }')
  grep -qxF "$theirs" <<<"$ours" ||
    warn "$domain is $(tr '\n' ' ' <<<"$theirs")and this machine has $(tr '\n' ' ' <<<"$ours"): right behind a NAT, wrong otherwise."
}

report_checks() {
  local line
  for line in "${WARNINGS[@]}"; do say "  warning: $line"; done
  for line in "${PROBLEMS[@]}"; do say "  problem: $line"; done
  [[ ${#PROBLEMS[@]} -eq 0 ]]
}
