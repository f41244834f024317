# shellcheck shell=bash
# What must be on the machine before the package builds. Sourced by the other scripts.

# Ends the running script.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# The mode in which an rsmd of this user mounts, in words.
mode_in_words() {
  if [[ $(id -u) -eq 0 ]]; then
    printf 'system mode (root)'
  else
    printf 'rootless mode (user %s, by way of fusermount3)' "$(id -un)"
  fi
}

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Installs what is missing as root, the packages given as arguments too; another user is told what to type.
ensure_packages() {
  local package missing=() install
  command -v swift >/dev/null ||
    die 'swift is not in PATH; install Swift 6.3 from https://www.swift.org/install/linux'
  if ! command -v dpkg-query >/dev/null; then
    echo 'This is no Debian: libfuse3 3.14 with headers, fusermount3, kernel headers, pkg-config and a C compiler must be there.'
    return
  fi
  for package in linux-libc-dev libfuse3-dev fuse3 pkg-config gcc libc6-dev "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  if [[ ${#missing[@]} -eq 0 ]]; then return; fi
  install="apt-get install -y --no-install-recommends ${missing[*]}"
  [[ $(id -u) -eq 0 ]] || die "packages are missing; install them with: sudo $install"
  echo "Installing ${missing[*]}"
  apt-get update -q >/dev/null || die 'apt-get update failed'
  DEBIAN_FRONTEND=noninteractive $install -q >/dev/null || die "this failed: $install"
}
