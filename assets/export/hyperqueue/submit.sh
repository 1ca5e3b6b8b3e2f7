#!/usr/bin/env bash
# Submits the sweep in @DIR@ to a running HyperQueue server, waits, merges:
#   hyperqueue/submit.sh [options of hq submit, e.g. --time-request=1h]
# Only the shards that are not done yet are submitted: run it again to go on or
# to retry. Tasks of a lost worker start again elsewhere, at most 20 times each.
# ANTESALA overrides the program; it and the folder have to be on every worker.
set -euo pipefail

program=@ANTESALA@
program=${ANTESALA:-$program}
dir=@DIR@

command -v hq >/dev/null || { printf 'hq (HyperQueue) is not on the PATH\n' >&2; exit 1; }
shards=$("$program" sweep retry "$dir")
if [[ -n $shards ]]; then
  mkdir -p "$dir/hyperqueue/logs"
  # The submit folder is the working folder, so that no path has to be given in
  # HyperQueue's own syntax (colons, %{...}).
  cd "$dir/hyperqueue/logs"
  # hq submit --wait exits with 0 after failed tasks, too: merge names the shards
  # that are missing.
  # shellcheck disable=SC2016 # the task's own shell expands these
  hq submit --name=@NAME@ --array="$shards" --cpus=@CPUS@ --crash-limit=20 --wait \
    --stdout='shard-%{TASK_ID}.out' --stderr='shard-%{TASK_ID}.err' "$@" -- \
    bash -c 'exec "$1" sweep run "$2" --shard "$HQ_TASK_ID/@SHARDS@" --threads @CPUS@' \
    antesala "$program" "$dir" || printf 'hq submit: exit %s\n' "$?" >&2
fi
exec "$program" sweep merge "$dir"
