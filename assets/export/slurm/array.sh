#!/usr/bin/env bash
# One Slurm array task per shard of the sweep in @DIR@.
# Submit with slurm/submit.sh of that folder (which adds the log files and the merge).
# Near the time limit Slurm sends TERM: the program stops (every finished
# simulation is on disk) and the task requeues itself to go on later, at most
# ANTESALA_REQUEUES (100) times. ANTESALA overrides the program.
#SBATCH --job-name=@NAME@
#SBATCH --array=0-@LAST@
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=@CPUS@
#SBATCH --mem=@MEMORY@
#SBATCH --time=@TIME@
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@120
@OPTIONS@
set -euo pipefail

program=@ANTESALA@
program=${ANTESALA:-$program}
dir=@DIR@
# Not SLURM_JOB_ID: one task of the array has the array's own id there, and
# requeueing that id would requeue every task.
task=${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}

# --signal=B: reaches this shell only, so it passes TERM on. A trap ends `wait`
# before the program has ended: wait again, then.
child='' stop='' again=''
trap 'stop=1 again=1; [[ -z $child ]] || kill -TERM "$child" 2>/dev/null || :' TERM
"$program" sweep run "$dir" --shard "$SLURM_ARRAY_TASK_ID/@SHARDS@" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --time-budget @BUDGET@ &
child=$!
[[ -z $stop ]] || kill -TERM "$child" 2>/dev/null || :
while
  again='' code=0
  wait "$child" || code=$?
  [[ -n $again ]]
do :; done
trap - TERM

if ((code == 75 || code == 143)); then
  # RUNNING: our own decision. Anything else: Slurm or its user has ended or
  # requeued the task already (scancel, scontrol requeue, preemption).
  state=$(squeue --noheader --jobs="$task" --format=%T) || state=''
  if [[ $state == RUNNING ]]; then
    if ((${SLURM_RESTART_COUNT:-0} < ${ANTESALA_REQUEUES:-100})); then
      printf 'shard %s: exit %s, requeued\n' "$SLURM_ARRAY_TASK_ID" "$code" >&2
      scontrol requeue "$task"
      sleep 60 # Slurm ends this script before
    else
      printf 'shard %s: requeued %s times, no more\n' "$SLURM_ARRAY_TASK_ID" "$SLURM_RESTART_COUNT" >&2
    fi
  fi
fi
exit "$code"
