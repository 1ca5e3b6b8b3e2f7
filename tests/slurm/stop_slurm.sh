#!/usr/bin/env bash
# Ends what start_slurm.sh DIR started: the jobs, slurmd, slurmctld and munged of
# this scratch folder, and nothing else (only processes that name DIR). The files
# (logs, slurm.conf) stay; removing DIR is the caller's. Exit 0 also when nothing
# ran.
set -euo pipefail

if (($# != 1)) || [[ -z $1 ]]; then
  printf 'usage: stop_slurm.sh DIR\n' >&2
  exit 2
fi
[[ -d $1 ]] || exit 0
dir=$(cd "$1" && pwd -P)
export PATH=$PATH:/usr/sbin:/sbin SLURM_CONF=$dir/etc/slurm.conf

ours() { # ours FILE: the process id in FILE, if that process was started for DIR
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 1
  [[ $pid =~ ^[0-9]+$ ]] || return 1
  grep -qsaF -- "$dir/" "/proc/$pid/cmdline" || return 1
  printf '%s\n' "$pid"
}

job_processes() { # slurmstepd and its children have this SLURM_CONF and a job id
  local file pid
  for file in /proc/[0-9]*/environ; do
    pid=${file#/proc/}
    pid=${pid%/environ}
    [[ $pid != "$$" ]] || continue
    if grep -qszxF "SLURM_CONF=$SLURM_CONF" "$file" && grep -qsz '^SLURM_JOB_ID=' "$file"; then
      printf '%s\n' "$pid"
    fi
  done
}

end() { # end PID...: TERM, up to 5 s later KILL
  local pid
  kill -TERM "$@" 2>/dev/null || true
  for pid; do
    for _ in {1..50}; do
      grep -qs . "/proc/$pid/cmdline" || break # gone, or a zombie nobody reaps
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  done
}

if ours "$dir/slurmctld.pid" >/dev/null; then
  # KILL at once, so that no script gets the time to requeue itself.
  timeout 5 scancel --user=root --full --signal=KILL 2>/dev/null || true
  timeout 5 scancel --user=root 2>/dev/null || true
fi
for file in slurmd.pid slurmctld.pid; do
  if pid=$(ours "$dir/$file"); then end "$pid"; fi
done
mapfile -t left < <(job_processes)
if ((${#left[@]})); then kill -KILL "${left[@]}" 2>/dev/null || true; fi
if pid=$(ours "$dir/munge/pid"); then end "$pid"; fi
