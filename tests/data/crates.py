"""Every ro-crate-metadata.json under the folders given is a valid Process Run Crate, and rocrate reads it.

Usage: crates.py FOLDER...
"""

import hashlib
import json
import sys
from pathlib import Path

import requests
import rocrate
from rocrate.rocrate import ROCrate
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

# Contexts are not fetched: that of RO-Crate comes with `rocrate`, and of the other one term is used.
CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": json.loads(
        (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_text()
    ),
    "https://w3id.org/ro/terms/workflow-run/context": {
        "@context": {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
    },
}


def offline(_, url, **__):
    response = requests.Response()
    response.url, response.status_code = url, 200 if url in CONTEXTS else 404
    response.headers["Content-Type"] = "application/ld+json"
    response._content = json.dumps(CONTEXTS.get(url)).encode()
    return response


HttpRequester.get = offline

# What the profiles recommend and a crate that names no person and no site cannot have.
LEFT_OUT = (
    "SHOULD have a url",
    "id SHOULD be an absolute URI",
    "SHOULD have an agent",
    "representing the `author` of the RO-Crate",
    "The `publisher` property",
)


def issues(folder, severity):
    settings = {
        "rocrate_uri": str(folder),
        "profile_identifier": "process-run-crate",
        "requirement_severity": severity,
        "skip_availability_check": True,
    }
    result = services.validate(settings)
    return result.get_issues(models.Severity[severity])


def check(folder):
    found = [issue.message for issue in issues(folder, "RECOMMENDED")]
    left = [message for message in found if not any(known in message for known in LEFT_OUT)]
    assert not left, (folder, left)
    crate = ROCrate(str(folder))
    files = [entity for entity in crate.data_entities if entity.type == "File"]
    action = crate.get("#process")
    assert action.type == "CreateAction" and action["instrument"].id == "#antesala"
    named = {file.id for file in files}
    assert {entity.id for entity in action["result"]} <= named and "run.json" in named
    for file in files:
        data = (folder / file["name"]).read_bytes()
        assert str(len(data)) == file["contentSize"], (folder, file.id)
        assert hashlib.sha256(data).hexdigest() == file["sha256"], (folder, file.id)
    print(f"{folder}: {len(files)} files, {len(found)} recommendations left out")


def damage_is_found(folder):
    """Without what was run, it is no Process Run Crate."""
    path = folder / "ro-crate-metadata.json"
    whole = path.read_text()
    broken = json.loads(whole)
    for entity in broken["@graph"]:
        entity.pop("instrument", None)
    path.write_text(json.dumps(broken))
    assert issues(folder, "REQUIRED"), "an action without its instrument passes"
    path.write_text(whole)


def main(folders):
    for folder in map(Path, folders):
        found = sorted(path.parent for path in folder.rglob("ro-crate-metadata.json"))
        assert found, f"{folder} has no crate"
        for crate in found:
            check(crate)
    damage_is_found(Path(folders[0]))


main(sys.argv[1:])
