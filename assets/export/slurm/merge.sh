#!/usr/bin/env bash
# Merges the shards of the sweep in @DIR@
# into its metrics.csv and metrics.parquet, once every array task has ended.
# Submitted by slurm/submit.sh; fails, naming the shards, when some are missing.
#SBATCH --job-name=@NAME@-merge
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=@MEMORY@
#SBATCH --time=@TIME@
#SBATCH --requeue
#SBATCH --open-mode=append
@OPTIONS@
set -euo pipefail

program=@ANTESALA@
program=${ANTESALA:-$program}
dir=@DIR@
exec "$program" sweep merge "$dir"
