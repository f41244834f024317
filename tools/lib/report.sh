# shellcheck shell=bash
# What every check is made of: one line per result, which tools/test counts. Sourced by the scripts in tools/checks, which run in
# the top directory with the prefix of a fresh installation as their argument.

# shellcheck disable=SC2034 # for the check
prefix=${1:?usage: "$0" PREFIX, where tools/install --prefix PREFIX has run}
scratch=$(mktemp -d)
trap 'rm -rf --one-file-system "$scratch"' EXIT

ok() {
  echo "ok $1"
}

# A failure does not end a check: the others still have their say.
not_ok() {
  echo "not ok $1: $2"
}

skip() {
  echo "skip $1: $2"
}

# Reports $1 as ok if the command behind it succeeds, else with the last line of what it said.
try() {
  local output
  if output=$("${@:2}" 2>&1); then
    ok "$1"
  else
    [[ -z $output ]] || printf '  | %s\n' "${output//$'\n'/$'\n  | '}"
    not_ok "$1" "$(tail -n 1 <<<"${output:-no word of why}")"
  fi
}

# Reports whether two lists of words have the same members.
same_set() {
  local differences
  differences=$(diff <(tr -s '[:space:]' '\n' <<<"$2" | sed '/^$/d' | sort -u) \
    <(tr -s '[:space:]' '\n' <<<"$3" | sed '/^$/d' | sort -u) | grep '^[<>]' | tr '\n' ' ') || true
  if [[ -z $differences ]]; then ok "$1"; else not_ok "$1" "expected (<) and found (>): $differences"; fi
}
