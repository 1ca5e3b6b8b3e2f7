#!/usr/bin/env bash
# Tries the Slurm scripts of an exported sweep on a real Slurm:
#   tests/slurm/try_slurm.sh SCRATCH SWEEP [MERGED]
# SWEEP has slurm/ from `antesala sweep export slurm`, at least 4 shards that run
# for some seconds. One task is requeued, one gets TERM as before a time limit,
# one program is killed with KILL; then submit.sh --retry, and metrics.csv has to
# be there (and equal to MERGED, if given). Exit 0, 1 failed, 77 no Slurm here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$1 sweep=$(cd "$2" && pwd)
fail() { printf 'try_slurm: %s\n' "$*" >&2; exit 1; }

setting=$("$here/start_slurm.sh" "$scratch") || exit $?
trap '"$here/stop_slurm.sh" "$scratch"' EXIT
eval "$setting"

drain() { # until the queue is empty, at most 400 s
  local deadline=$((SECONDS + 400))
  while [[ -n $(squeue --noheader) ]]; do
    ((SECONDS < deadline)) || fail "the queue is not empty after 400 s: $(squeue --noheader --array)"
    sleep 0.2
  done
}
program_of() { # process id of the program of shard $1
  local file
  for file in /proc/[0-9]*/environ; do
    if grep -qszx "SLURM_ARRAY_TASK_ID=$1" "$file" &&
      grep -qszx -- "$1/[0-9]*" "${file%environ}cmdline"; then
      file=${file#/proc/}
      printf '%s\n' "${file%/environ}"
      return
    fi
  done
  return 1
}

"$sweep/slurm/submit.sh"
job=$(<"$sweep/slurm/job")
# One running task is requeued, one told to stop, and the program of one killed.
killed='' done=()
for _ in {1..600}; do
  for shard in $(squeue --noheader --array --states=RUNNING --jobs="$job" --format=%K); do
    [[ " ${done[*]} " != *" $shard "* ]] || continue
    program=$(program_of "$shard") || continue
    case ${#done[@]} in
      0) scontrol requeue "${job}_$shard" || continue ;;
      # scancel may find the task requeued already, try again for 10 s and fail: no matter.
      1) timeout 2 scancel --signal=TERM --batch "${job}_$shard" || true ;;
      2) kill -KILL "$program" || continue; killed=$shard ;;
    esac
    done+=("$shard")
    [[ -z $killed ]] || break 2
  done
  sleep 0.05
done
[[ -n $killed ]] || fail "no task ran long enough to be killed"
printf 'requeued, told to stop, killed: shards %s\n' "${done[*]}"
drain
[[ ! -e $sweep/metrics.csv ]] || fail "merged although a program was killed"
grep -q "not done: $killed\$" "$sweep"/slurm/logs/merge-*.log || fail "merge does not name shard $killed"
grep -q "requeued" "$sweep"/slurm/logs/shard-*.log || fail "the task that was told to stop did not requeue itself"
"$sweep/slurm/submit.sh" --retry
drain
[[ -s $sweep/metrics.csv ]] || fail "no metrics.csv after the retry"
[[ -z ${3:-} ]] || cmp -- "$3" "$sweep/metrics.csv"
"$sweep/slurm/submit.sh" --retry | grep -q '^nothing to retry' || fail "--retry finds something"
printf 'ok in %s s\n' "$SECONDS"
