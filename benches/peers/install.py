"""Makes what the peers need, under `target/peers` of the repository: a virtual environment and the Rust peers."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from roster import HERE

REPOSITORY = HERE.parent.parent
PLACE = REPOSITORY / "target" / "peers"


@dataclass
class Tools:
    """Where the programs are, and why some are not there, by what needs them."""

    antesala: Path
    python: Path
    rust: Path
    missing: dict
    versions: dict


def attempt(command):
    """Runs a step of the installation; what went wrong, or nothing."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"status {done.returncode}"


def python_peers(python):
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"]
    return attempt([sys.executable, "-m", "venv", PLACE / "venv"]) or attempt(pip)


def rust_peers():
    manifest = HERE / "rust" / "Cargo.toml"
    return attempt(["cargo", "build", "--release", "--locked", "--manifest-path", manifest, "--target-dir", PLACE / "rust"])


def locked_version(package):
    """Version of a package in the lock file of the Rust peers."""
    lines = (HERE / "rust" / "Cargo.lock").read_text().splitlines()
    at = lines.index(f'name = "{package}"')
    return lines[at + 1].split('"')[1]


def pinned_versions():
    pins = [line.split("==") for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line]
    return {"ixa": locked_version("ixa"), **{name: version.strip() for name, version in pins}}


def install(peers, antesala):
    """Installs what `peers` need. What cannot be installed is in `missing`, with the reason."""
    needs = {peer.needs for peer in peers}
    python = PLACE / "venv" / "bin" / "python"
    missing = {}
    PLACE.mkdir(parents=True, exist_ok=True)
    if "python" in needs and (fault := python_peers(python)):
        missing["python"] = fault
    if "rust" in needs and (fault := rust_peers()):
        missing["rust"] = fault
    if "" in needs and not antesala.is_file():
        missing[""] = f"{antesala} is not there: cargo build --release"
    return Tools(antesala, python, PLACE / "rust" / "release", missing, pinned_versions())
