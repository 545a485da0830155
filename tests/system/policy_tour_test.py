#!/usr/bin/python3
"""The console blocks of policy/POLICY.md, one after another in one shell of a region at work: each command prints what
stands under it. A line of … stands for any lines, … in a line for the rest of it; ids and times of the day are not compared.

timeout: 120
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

import tap

ROOT = os.environ.get('REFBROKER_ROOT') or os.path.abspath(os.path.join(os.path.dirname(__file__), '../..'))
BUILD = os.environ.get('REFBROKER_BUILD') or os.path.join(ROOT, 'build/default')
SITES = ('children-in-family-1', 'social-tatarsky-1', 'school-tatarsk')
MARK = '@@ command'

SET_UP = """set -u
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
cp -r config/novosibirsk region
cd region
{
refctl keygen --broker --out keys
refctl keygen --region --out keys
""" + ''.join(f'refctl keygen --site {site} --out keys --directory directory/99-keys.yaml\n' for site in SITES) + """
} >keygen.log || exit 3
sed -i "s/:7551/:$PORT/" broker.yaml agents/*.yaml
start() {
    "$@" >"started.$(basename "$2")" 2>"log.$(basename "$2")" &
    timeout 20 tail -n +1 -f "started.$(basename "$2")" | grep -q -m 1 READY
}
start refbrokerd broker.yaml
""" + ''.join(f'start refagentd agents/{site}.yaml\n' for site in SITES)

# What a person would see a moment later, because somebody else is at work.
SETTLED = {
    'admin policy rehearse': "refctl --agent agents/school-tatarsk.yaml referral ls --json | tr -d ' \\n' | "
                             "grep -q '\"delivered\":{\"at\":\"2'",  # the norm of the answer begins there
    'admin policy shadow': "refctl --agent agents/school-tatarsk.yaml referral ls --json | grep -q 'NSO-[0-9]*-000002'",
    'admin policy history': "admin policy plans --json | grep -q '\"version\": 2'",
}


def steps(text):
    """-> (the command, the lines under it) of each `$`; a command may go on as a here-document."""
    found = []
    for block in re.findall(r'^```console\n(.*?)^```$', text, re.S | re.M):
        end = None
        for line in block.splitlines():
            if end is not None:
                found[-1][0].append(line)
                end = None if line == end else end
            elif line.startswith('$ '):
                found.append(([line[2:]], []))
                document = re.search(r"<<'(\w+)'", line)
                end = document.group(1) if document else None
            else:
                found[-1][1].append(line)
    return [('\n'.join(command), lines) for command, lines in found]


def script(told):
    lines = [SET_UP]
    for command, _ in told:
        for prefix, settled in SETTLED.items():
            if command.startswith(prefix):
                lines.append(f'for try in $(seq 200); do {settled} && break; done 2>/dev/null')
        lines += [f"echo '{MARK}'", command]
    return '\n'.join(lines) + '\n'


def plain(line):
    line = re.sub(r'[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}', 'ID', line)
    line = re.sub(r'(?:today|yesterday) \d\d:\d\d', 'TIME', line)
    line = re.sub(r'(Since: +|NSO-\S+ +)\w+ [\d-]+ [\d:]+', r'\1TIME', line)
    line = re.sub(r'NSO-\d{4}-(\d{6})-\w', r'\1', line)
    return line.rstrip()


def fits(told, printed):
    pattern = '\n'.join('(?s:.*)' if line.strip() == '…' else re.escape(plain(line)).replace('…', '.*') for line in told)
    return re.fullmatch(pattern, '\n'.join(plain(line) for line in printed)) is not None


class Tour(unittest.TestCase):
    def test_policy_md_shows_what_was_printed_from_an_idea_to_the_rule_in_force(self):
        with open(f'{ROOT}/policy/POLICY.md', encoding='utf-8') as manual:
            told = steps(manual.read())
        self.assertGreater(len(told), 15)
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            port = probe.getsockname()[1]
        folder = tempfile.mkdtemp(prefix='tour.')
        self.addCleanup(shutil.rmtree, folder)
        shutil.copytree(f'{ROOT}/config', f'{folder}/config')
        env = dict(os.environ, PATH=f'{BUILD}:{os.environ["PATH"]}', LANGUAGE='en', PORT=str(port), TZ='NOVT-7')
        run = subprocess.run(['bash', '-c', script(told)], cwd=folder, env=env, timeout=110, encoding='utf-8',
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        printed = [part.strip('\n').split('\n') for part in run.stdout.split(MARK)[1:]]
        self.assertEqual(len(printed), len(told), run.stdout[-2000:])
        if os.environ.get('POLICY_TOUR_PRINT'):
            for (command, _), lines in zip(told, printed):
                sys.stderr.write('\n'.join(['$ ' + command, *lines]) + '\n')
        for (command, lines), now in zip(told, printed):
            now = now if now != [''] else []
            self.assertTrue(fits(lines, now), '$ ' + command + '\n' + '\n'.join(now))


if __name__ == '__main__':
    tap.main()
