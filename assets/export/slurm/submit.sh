#!/usr/bin/env bash
# Submits the sweep in @DIR@ to Slurm:
#   slurm/submit.sh [--retry] [options of sbatch for the array, e.g. --partition=long]
# an array job (array.sh), then merge.sh, which runs when every task has ended.
# --retry: only the shards that are not done yet. Prints the two job ids; the
# logs are in slurm/logs. ANTESALA overrides the program.
set -euo pipefail

program=@ANTESALA@
program=${ANTESALA:-$program}
dir=@DIR@
logs=${dir//%/%%}/slurm/logs # sbatch expands % in names of log files

array=(--array=0-@LAST@)
if [[ ${1:-} == --retry ]]; then
  shift
  if [[ -s $dir/slurm/job && -n $(squeue --noheader --jobs="$(<"$dir/slurm/job")" 2>/dev/null) ]]; then
    printf 'array job %s is still in the queue; wait for it or scancel it\n' "$(<"$dir/slurm/job")" >&2
    exit 1
  fi
  shards=$("$program" sweep retry "$dir")
  if [[ -z $shards ]]; then
    printf 'nothing to retry: every shard is done\n'
    exit 0
  fi
  array=("--array=$shards")
fi

mkdir -p "$dir/slurm/logs"
job=$(sbatch --parsable --output="$logs/shard-%a.log" "${array[@]}" "$@" "$dir/slurm/array.sh")
job=${job%%;*}
printf '%s\n' "$job" >"$dir/slurm/job"
# afterany, not afterok: after a failed task afterok would never hold and the
# merge would wait for ever; merge itself refuses, naming the missing shards.
merge=$(sbatch --parsable --output="$logs/merge-%j.log" --dependency="afterany:$job" "$dir/slurm/merge.sh")
printf 'array job %s, merge job %s\n' "$job" "${merge%%;*}"
