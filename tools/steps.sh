# Named and timed steps for tools/campaign and .ci/run. To be sourced after setup.sh.

steps_failed=0

# step NAME COMMAND...: runs it, says how long it took, and counts it if it fails.
step() {
  local name=$1 begun=$SECONDS verdict=passed
  shift
  say "== $name"
  "$@" || { verdict=FAILED; steps_failed=$((steps_failed + 1)); }
  say "== $name: $verdict after $((SECONDS - begun)) s"
}

# build_preset PRESET: configures and builds everything of it, tests and single headers included.
build_preset() {
  configure "$1" -DLASTCALL_TESTS=ON && build "$root/build/$1" all check_headers
}

# test_preset PRESET
test_preset() { "${ctest[@]}" --test-dir "$root/build/$1" </dev/null >&2; }
