#!/usr/bin/env bash
# Runs the sweep in @DIR@ with GNU parallel, then merges it:
#   parallel/run.sh [options of GNU parallel, e.g. -j 8]
# Run it again to go on after it was stopped; a shard that is done costs nothing.
# ANTESALA_HOSTS: hosts for parallel -S (e.g. "8/node1,8/node2") that share this
# folder and the program's path. ANTESALA overrides the program.
set -euo pipefail

program=@ANTESALA@
program=${ANTESALA:-$program}
dir=@DIR@

hosts=()
[[ -z ${ANTESALA_HOSTS:-} ]] || hosts=(-S "$ANTESALA_HOSTS")

# A failed shard is tried three times, then the others still run; `merge` names
# what is missing. TERM first, and 5 s for the program to stop, before KILL.
code=0
seq 0 @LAST@ | parallel --no-notice --quote --jobs 100% "${hosts[@]}" --retries 3 --halt never \
  --termseq TERM,5000,KILL,100 --joblog "$dir/parallel/jobs.log" "$@" \
  "$program" sweep run "$dir" --shard '{}/@SHARDS@' --threads 1 || code=$?
((code <= 101)) || exit "$code" # parallel itself failed or was stopped
exec "$program" sweep merge "$dir"
