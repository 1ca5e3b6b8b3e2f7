#!/usr/bin/env bash
# Starts a one-node Slurm for tests (munged, slurmctld, slurmd; as root, on
# loopback, without systemd) whose every file is in the scratch folder DIR, and
# prints the line `export SLURM_CONF=...` once the node is idle:
#   eval "$(tests/slurm/start_slurm.sh DIR)"; ...; tests/slurm/stop_slurm.sh DIR
# SLURM_TEST_CPUS: cores the node claims (4). Exit: 0 up, 77 cannot run here
# (one line on stderr says why), 2 bad usage. A former Slurm in DIR is ended.
set -euo pipefail

skip() { printf 'start_slurm: %s\n' "$*" >&2; exit 77; }

if (($# != 1)) || [[ -z $1 ]]; then
  printf 'usage: start_slurm.sh DIR\n' >&2
  exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin
for program in munged slurmctld slurmd sbatch sinfo scancel scontrol; do
  command -v "$program" >/dev/null ||
    skip "$program is not installed (apt-get install --no-install-recommends slurmctld slurmd slurm-client munge)"
done
((EUID == 0)) || skip "not root: slurmd has to be"

mkdir -p "$1" 2>/dev/null || skip "cannot make the folder $1"
dir=$(cd "$1" && pwd -P)
# Unix sockets (108 bytes) are made below it; slurm.conf knows no quotes.
((${#dir} <= 70)) || skip "the path of the scratch folder is too long (${#dir} > 70): $dir"
[[ $dir =~ ^[A-Za-z0-9_./-]+$ ]] || skip "the path of the scratch folder has odd characters: $dir"

"$here/stop_slurm.sh" "$dir" >/dev/null
rm -rf -- "${dir:?}"/{munge,etc,state,spool,log,jobcomp.txt,slurmctld.pid,slurmd.pid}
mkdir -p "$dir"/{munge,etc,state,spool,log}
chmod 755 "$dir/munge"
export SLURM_CONF=$dir/etc/slurm.conf

cannot() {
  "$here/stop_slurm.sh" "$dir" >/dev/null || true
  skip "$1; see $dir/log"
}

free_port() { # prints a TCP port of loopback on which nobody listens
  local port
  for _ in {1..100}; do
    port=$((20000 + RANDOM % 10000))
    if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
  return 1
}
ctld_port=$(free_port) || cannot "no free port"
slurmd_port=$ctld_port
while [[ $slurmd_port == "$ctld_port" ]]; do
  slurmd_port=$(free_port) || cannot "no free port"
done
sed -e "s|@DIR@|$dir|g" -e "s|@CTLD_PORT@|$ctld_port|" -e "s|@SLURMD_PORT@|$slurmd_port|" \
  -e "s|@CPUS@|${SLURM_TEST_CPUS:-4}|" "$here/slurm.conf.in" >"$SLURM_CONF"
# Listen on loopback only where the host's name means loopback; elsewhere on every
# address (only who has our munge key gets an answer). /etc/hosts stays as it is.
if [[ $(timeout 5 getent ahostsv4 "$(uname -n)" | head -n 1) != 127.* ]]; then
  sed -i '/^CommunicationParameters=/d' "$SLURM_CONF"
fi
cp "$here/cgroup.conf" "$dir/etc/cgroup.conf"

# A munged of our own, with its own key and socket: another one does not matter.
(umask 077 && head -c 128 /dev/urandom >"$dir/munge/key")
munged --force --origin=127.0.0.1 --num-threads=2 --key-file="$dir/munge/key" --socket="$dir/munge/socket" \
  --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed" --log-file="$dir/log/munged.log" \
  >"$dir/log/start.log" 2>&1 </dev/null || cannot "munged does not start"
slurmctld -c -f "$SLURM_CONF" >>"$dir/log/start.log" 2>&1 </dev/null || cannot "slurmctld does not start"
slurmd -N localhost -f "$SLURM_CONF" >>"$dir/log/start.log" 2>&1 </dev/null || cannot "slurmd does not start"

alive() { # alive NAME: its pid file names a running process (not a zombie)
  grep -qs . "/proc/$(cat "$dir/$1.pid" 2>/dev/null || printf none)/cmdline"
}
state=''
deadline=$((SECONDS + 20))
while ((SECONDS < deadline)); do
  state=$(timeout 2 sinfo --noheader --format=%T 2>/dev/null) || state=''
  if [[ $state == idle ]]; then
    printf 'export SLURM_CONF=%q\n' "$SLURM_CONF"
    exit 0
  fi
  ((SECONDS < 3)) || alive slurmctld || cannot "slurmctld has died"
  ((SECONDS < 3)) || alive slurmd || cannot "slurmd has died"
  sleep 0.1
done
cannot "the node is not idle after 20 s (${state:-slurmctld does not answer})"
