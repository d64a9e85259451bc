# Shared by the front doors (tools/lastcall, tools/test, tools/campaign, .ci/run): names and
# installs what a fresh Debian 12 lacks, then configures and builds. To be sourced; all it says
# goes to stderr, because stdout belongs to the program that follows.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

ctest=(ctest --output-on-failure --no-tests=error -j2)

say() { printf '%s\n' "$*" >&2; }

# need_packages GROUP...: installs what these groups lack; exits 6 if it cannot.
need_packages() {
  local wanted missing
  wanted=$(awk -v groups=" $* " 'NF && !/^#/ && index(groups, " " $1 " ") { print $2 }' \
    "$root/tools/packages.txt")
  missing=$(missing_of $wanted)
  [ -z "$missing" ] && return
  say "lastcall: these Debian packages are missing:" $missing
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      say "lastcall: installing them needs root. Please ask for:"
      say "  apt-get install --no-install-recommends" $missing
      exit 6
    fi
    as_root=(sudo -n)
  fi
  say "lastcall: installing them with apt-get."
  if ! install_packages "${as_root[@]}" -- $missing; then
    say "lastcall: apt-get could not install them; what it said stands above."
    exit 6
  fi
}

# Those of the named packages that are not installed; all of them where there is no dpkg.
missing_of() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    awk '$1 == "installed" { print $2 }')
  printf '%s\n' "$@" | grep -vxF "$installed" || true
}

# install_packages [COMMAND THAT MAKES US ROOT...] -- PACKAGE...
install_packages() {
  local as_root=()
  while [ "$1" != -- ]; do as_root+=("$1"); shift; done
  shift
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300
    -o Dpkg::Use-Pty=0)
  { "${as_root[@]}" "${apt[@]}" update &&
    "${as_root[@]}" "${apt[@]}" install -y --no-install-recommends "$@"; } </dev/null >&2
}

# build TREE TARGET...: builds with all processors; says nothing when all is up to date.
build() {
  local tree=$1
  shift
  cmake --build "$tree" -j "$(nproc)" --target "$@" </dev/null 2>&1 |
    { grep --line-buffered -v -e 'Re-checking globbed directories' -e 'ninja: no work to do' >&2 ||
      true; }
  return "${PIPESTATUS[0]}"
}

# configure PRESET [CMAKE ARGUMENT...]: into build/PRESET.
configure() { (cd "$root" && cmake --preset "$@") </dev/null >&2; }

# Holds until this shell ends: two front doors at once would spoil each other's build tree.
lock_build() {
  mkdir -p "$root/build"
  exec 9>"$root/build/.lock"
  flock 9
}

unlock_build() { exec 9>&-; }
