#!/usr/bin/env bash
# The engine's unit tests in Miri, which finds undefined behaviour: ours has no unsafe code, what it is built on has
# (vector instructions, prefetching). Needs a nightly toolchain with it: rustup +nightly component add miri rust-src
set -euo pipefail
cd "$(dirname "$0")/.."
cargo +nightly miri --version >/dev/null 2>&1 || {
  echo "error: there is no Miri here: rustup toolchain install nightly --component miri,rust-src" >&2
  exit 1
}
# Tests of draw.rs are arithmetic on millions of numbers: nothing there for Miri, and hours of it.
MIRIFLAGS="${MIRIFLAGS:--Zmiri-disable-isolation -Zmiri-strict-provenance}" \
  cargo +nightly miri test --locked --lib -- engine:: --skip engine::draw::
