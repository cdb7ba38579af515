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
  for program in git openssl awk ss getent ip; do
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
    ss | ip) printf iproute2 ;;
    awk) printf mawk ;;
    getent) printf libc-bin ;;
    *) printf '%s' "$1" ;;
  esac
}

meminfo() { awk -v name="$1:" '$1 == name { print int($2 / 1024) }' "${MEMINFO:-/proc/meminfo}"; }

check_room() {
  local kibibytes memory
  kibibytes=$(df -Pk "$DOCKER_DIR" | awk 'NR == 2 { print $4 }')
  if [[ ! -d $STACK ]] && ((kibibytes < 20 * 1024 * 1024)); then
    problem "There are $((kibibytes / 1024 / 1024)) GiB free on the disk of $DOCKER_DIR: 20 are needed to begin with."
  fi
  memory=$(meminfo MemTotal)
  ((memory >= 3584)) || warn "This machine has $memory MiB of memory: Supabase asks for 4 GiB, and works well with 8."
  # Images are built beside what serves: without room Linux ends one or the other, and says so to nobody but dmesg.
  ((memory >= 7168 || $(meminfo SwapTotal) >= 1024)) ||
    warn "This machine has $memory MiB of memory and no swap: fallocate -l 4G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile && echo '/swapfile none swap sw 0 0' >>/etc/fstab"
}

# The ports of this server: as asked for or chosen before, what .env has, how to choose another.
ports() {
  printf '%s\n' '80|80|' '443|443|' \
    "$(value STUDIO_PORT 8443)|$(read_value STUDIO_PORT)|STUDIO_PORT in .env" \
    "$(value POSTGRES_PORT 5432)|$(read_value POSTGRES_PORT)|--puerto-postgres" \
    "$(value POOLER_PROXY_PORT_TRANSACTION 6543)|$(read_value POOLER_PROXY_PORT_TRANSACTION)|--puerto-pooler"
}

check_ports() {
  local is_running='' port kept option seen=' '
  if [[ -f $ENV_FILE && -n $(compose ps -q nginx 2>/dev/null || true) ]]; then is_running=1; fi
  while IFS='|' read -r port kept option; do
    if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
      problem "«$port» is not a port ($option): a number from 1 to 65535."
      continue
    fi
    if [[ $seen == *" $port "* ]]; then problem "Port $port is asked for twice ($option)."; fi
    seen+="$port "
    # What is running holds its own.
    if [[ -n $is_running && $port == "$kept" ]]; then continue; fi
    [[ -z $(ss -Hltn "sport = :$port" 2>/dev/null || true) ]] ||
      problem "Port $port is taken: ss -ltnp 'sport = :$port' says by whom${option:+; another is chosen by $option}."
  done < <(ports)
}

# getent says by its status that a name has none.
addresses_of() { { getent "$1" "$2" || true; } | awk '$1 !~ /^::ffff:/ { print $1 }' | sort -u; }
addresses_here() {
  { ip "$1" -o addr show scope global 2>/dev/null || true; } | awk '{ sub("/.*", "", $4); print $4 }'
}
# Those of the first list that are not in the second.
missing_from() { comm -23 <(sort -u <<<"$1") <(sort -u <<<"$2"); }
listed_as() { paste -sd ' ' <<<"$1"; }

check_name() {
  local domain=$1 ours theirs elsewhere
  theirs=$(addresses_of ahostsv4 "$domain")
  ours=$(addresses_here -4)
  elsewhere=$(missing_from "$theirs" "$ours")
  if [[ -z $theirs ]]; then
    warn "$domain has no address yet: until its DNS points here, the certificate is signed by itself."
  elif [[ $elsewhere == "$theirs" ]]; then
    warn "$domain is $(listed_as "$theirs") and this machine has $(listed_as "$ours"): right behind a NAT, wrong otherwise."
  elif [[ -n $elsewhere ]]; then
    warn "$domain is also $(listed_as "$elsewhere"), which this machine has not: who is sent there, Let's Encrypt too, does not come here. Leave one A record."
  fi
  theirs=$(addresses_of ahostsv6 "$domain")
  elsewhere=$(missing_from "$theirs" "$(addresses_here -6)")
  [[ -z $elsewhere ]] ||
    warn "$domain is also $(listed_as "$elsewhere") by IPv6, which this machine has not: Let's Encrypt asks there first. Remove its AAAA record."
}

report_checks() {
  local line
  for line in "${WARNINGS[@]}"; do say "  warning: $line"; done
  for line in "${PROBLEMS[@]}"; do say "  problem: $line"; done
  [[ ${#PROBLEMS[@]} -eq 0 ]]
}
