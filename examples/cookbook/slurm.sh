#!/bin/bash
# Many workers on one study, as an array job: sbatch slurm.sh STUDY TOTAL
#
# The settings of the database stand in the file .env of the folder in which sbatch is called; worker.env is one.
#SBATCH --job-name=docktuna
#SBATCH --array=1-16%8
#SBATCH --cpus-per-task=4
#SBATCH --time=04:00:00
#SBATCH --output=docktuna-%A-%a.log
# Slurm sends SIGTERM to the program 60 seconds before the time limit. The run then ends its trials and retries them.
#SBATCH --signal=TERM@60
set -euo pipefail

study=${1:?usage: sbatch slurm.sh STUDY TOTAL}
total=${2:?usage: sbatch slurm.sh STUDY TOTAL}
program=${DOCKTUNA_PROGRAM:-$HOME/bin/forest}

# Without a database of all nodes each worker would make a file of its own.
[ -e .env ] || { echo "slurm.sh: there is no file .env in $PWD" >&2; exit 1; }

echo "worker $SLURM_ARRAY_TASK_ID of job $SLURM_ARRAY_JOB_ID on $(hostname)"
srun "$program" "$study" "$total"
