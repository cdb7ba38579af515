# shellcheck shell=bash
# No script ends without a word: what nobody foresaw is told with its file, its line and what to do. Every script of
# bash sources this before anything else; those that nginx runs are alone in
# their image and set their own; those of the images that have no bash tell by a trap on EXIT.

# what_now <what to do then>: each script says its own.
what_now() { WHAT_NOW=$1; }
what_now 'Mend what the lines above tell, and run it again.'
# Set by a script that tells and goes on: a service.
GOES_ON=
# How a shell within another ends when the reason has been told: those around it end too, and say nothing more.
readonly TOLD=99

set -o errtrace
shopt -s inherit_errexit

# <status> <line> <command as it is written: nothing of what its variables hold>
tell_failure() {
  local code=$1 where=${BASH_SOURCE[1]##*/}:$2 last=$((${#BASH_SOURCE[@]} - 1))
  # Within a function: also the line of the script that led there.
  if ((last > 1)); then where="$where (${BASH_SOURCE[last]##*/}:${BASH_LINENO[last - 1]})"; fi
  if ((code != TOLD)); then
    printf '%s: %s: «%s» ended with %s.\n%s\n' "${0##*/}" "$where" "$3" "$code" "$WHAT_NOW" >&2
  fi
  if [[ -n $GOES_ON ]]; then return; fi
  if ((BASH_SUBSHELL)); then exit "$TOLD"; fi
  if ((code == TOLD)); then exit 1; fi
  exit "$code"
}
trap 'tell_failure "$?" "$LINENO" "$BASH_COMMAND"' ERR

# die <why>: ends the script, from a shell within it too.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  if ((BASH_SUBSHELL)); then exit "$TOLD"; fi
  exit 1
}
