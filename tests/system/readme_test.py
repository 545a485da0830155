#!/usr/bin/python3
"""The commands of README.md work as they stand there, one block after another in one shell.

timeout: 90
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

ROOT = os.environ.get("REFBROKER_ROOT") or os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.environ.get("REFBROKER_BUILD") or os.path.join(ROOT, "build/default")

PRELUDE = """set -eu
set -m
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
"""
# A program in the background is ready when it says so.
STARTED = "timeout 20 tail -n +1 -f started.{n} | grep -q -m 1 READY\n"
# What a person would see a moment later: the offer has crossed the network.
ARRIVED = "timeout 20 sh -c \"until {inbox} --json | grep -q NSO-; do :; done\"\n"

# What an administrator reads on the way: the norm of the changed rule, the case that speaks of it, the versions.
CHANGED = ("pilot-districts", "62 passed, 3 failed", "Требования:         6 из 6", "версия 2", "версия 3", "p1 решает рядом",
           "p1: проверяется")


def blocks(text):
    """The sh blocks that are meant to be typed; the first names make targets and is left to CI."""
    return [b for b in re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M) if not b.startswith("make ")]


def printed(text):
    """Blocks of output: those that are no commands and hold no drawing."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.S | re.M)
    return [block for language, block in fences if language == "" and "─" not in block]


def script(text, port):
    lines, n = [PRELUDE], 0
    for line in "".join(blocks(text)).splitlines():
        if line.startswith("cd region"):
            lines.append(line)
            lines.append(f"sed -i 's/:7551/:{port}/' broker.yaml agents/*.yaml")
        elif line.endswith(" &"):
            n += 1
            lines.append(f"{line[:-2]} >started.{n} 2>log.{n} &")
            lines.append(STARTED.format(n=n))
        elif line.endswith(" inbox"):
            lines.append(ARRIVED.format(inbox=line))
            lines.append(line)
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        text = readme.read()
    folder = tempfile.mkdtemp(prefix="readme.")
    shutil.copytree(os.path.join(ROOT, "config"), os.path.join(folder, "config"))
    env = dict(os.environ, PATH=BUILD + ":" + os.environ["PATH"], LANG="ru_RU.UTF-8")
    env.pop("LC_ALL", None)
    run = subprocess.run(["bash", "-c", script(text, free_port())], cwd=folder, env=env, timeout=80,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    claims = {
        "every command of README.md succeeds": run.returncode == 0,
        "the form gets an id": re.search(r"^[0-9a-f]{8}-[0-9a-f]{4}-7", run.stdout, re.M) is not None,
        "the curator accepts the case": "NSO-2026-000001-1: случай принят" in run.stdout,
        "the choice is explained": "По правилу" in run.stdout,
        "the changed rule is explained, tested, in force and taken back": all(
            said in run.stdout for said in CHANGED),
        "what README.md shows as printed was printed": all(block in run.stdout for block in printed(text)),
        "README.md is at most 150 lines long": text.count("\n") <= 150,
    }
    print(f"1..{len(claims)}")
    for number, (claim, holds) in enumerate(claims.items(), 1):
        print(f"{'ok' if holds else 'not ok'} {number} - {claim}")
    if not all(claims.values()):
        print("\n".join("# " + line for line in run.stdout.splitlines()[-60:]))
        for name in sorted(os.listdir(os.path.join(folder, "region"))):
            if name.startswith("log."):
                with open(os.path.join(folder, "region", name), encoding="utf-8") as log:
                    print("\n".join(f"# {name}: {line}" for line in log.read().splitlines()[-8:]))
    shutil.rmtree(folder)
    return 0 if all(claims.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
