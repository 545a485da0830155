#!/usr/bin/python3
"""Instructions of hot operations, counted by callgrind, against tests/unit/cost_baseline.txt: a slowdown of a tenth fails, and
so does an operation that became a quarter cheaper, for a baseline that is too high would hide the next slowdown.

Counted are the instructions of our own sources only: no library of the system, no tests. They are the same on every
machine with the compiler of Debian 12, so noise cannot fail. After a change that is meant to cost or to save:

    tests/system/cost_test.py --renew        (after `make`; writes the baseline)
"""

import collections
import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(os.environ.get('REFBROKER_ROOT') or os.path.join(os.path.dirname(__file__), '../..'))
BUILD = os.path.abspath(os.environ.get('REFBROKER_BUILD') or f'{ROOT}/build/default')
BASELINE = f'{ROOT}/tests/unit/cost_baseline.txt'
SLOWER, QUICKER = 1.10, 0.75
NAMED = re.compile(r'(ob|fl|fi|fe|fn|cob|cfi|cfl|cfn)=\((\d+)\)(?: (.*))?$')
SOURCES = ('agents/', 'base/', 'broker/', 'policy/', 'proto/')


def count(path):
    """-> (operation, {function: instructions of our sources}) of one dump"""
    with open(path, encoding='utf-8', errors='replace') as file:
        lines = iter(file.read().splitlines())
    names = {'ob': {}, 'fl': {}, 'fn': {}}
    here, cost, operation = {'ob': '', 'fl': '', 'fn': ''}, collections.Counter(), None
    for line in lines:
        named = NAMED.match(line)
        if named:
            space, number, name = named.groups()
            called = space.startswith('c')
            kind = {'ob': 'ob', 'fn': 'fn'}.get(space.removeprefix('c'), 'fl')
            if name is not None:
                names[kind][number] = name
            if not called:
                here[kind] = names[kind][number]
        elif line.startswith('calls='):
            next(lines)  # what the called function cost
        elif line.startswith('desc: Trigger: Client Request: '):
            operation = line.rsplit(' ', 1)[1]
        elif line and line[0] in '0123456789+-*' and ours(here):
            cost[here['fn']] += int(line.split()[1])
    return operation, cost


def ours(here):
    path = here['fl'].removeprefix(f'{ROOT}/')
    return here['ob'].startswith(BUILD) and (path.startswith(SOURCES) or path.startswith('build/'))


def measure(*planted):
    """-> {operation: (instructions of one, {function: of all})}"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(['valgrind', '--tool=callgrind', '--instr-atstart=no', f'--callgrind-out-file={folder}/out',
                               f'{BUILD}/tests/unit/cost_test', *planted], capture_output=True, text=True, check=False,
                              env={**os.environ, 'TMPDIR': folder, 'REFBROKER_ROOT': ROOT})
        assert done.returncode == 0, done.stderr
        times = dict(line.split() for line in done.stdout.splitlines())
        costs = {operation: cost for operation, cost in map(count, glob.glob(f'{folder}/out.*')) if operation}
    assert set(costs) == set(times), f'{sorted(times)}: counted are {sorted(costs)}'
    return {name: (sum(costs[name].values()) // int(times[name]), costs[name]) for name in times}


def baseline():
    with open(BASELINE, encoding='ascii') as file:
        return {name: int(number) for name, number in
                (line.split() for line in file if not line.startswith('#'))}


def renew():
    measured = measure()
    with open(BASELINE, 'w', encoding='ascii') as file:
        print('# Instructions of our own sources in one operation; renewed by tests/system/cost_test.py --renew', file=file)
        for name, (instructions, _) in measured.items():
            print(f'{name:<20} {instructions}', file=file)


@unittest.skipIf('coverage' in BUILD, 'the baseline is of optimised code')
class CostTest(unittest.TestCase):
    def test_no_hot_operation_costs_more_than_it_did(self):
        before, now = baseline(), measure()
        self.assertEqual(sorted(now), sorted(before), 'other operations than in the baseline: renew it')
        wrong = self.compare(now, before)
        self.assertFalse(wrong, '\n'.join([*wrong, 'When that is meant: tests/system/cost_test.py --renew']))

    def test_a_slowdown_of_an_eighth_would_be_noticed(self):
        wrong = self.compare(measure('choose-rule'), baseline())
        self.assertEqual(len(wrong), 1)
        self.assertIn('choose-rule', wrong[0])
        self.assertIn('policy_decide', wrong[0])

    @staticmethod
    def compare(now, before):
        """-> what stands outside of the margin"""
        wrong = []
        for name, (instructions, functions) in now.items():
            ratio = instructions / before[name]
            print(f'# {name:<20} {instructions:>9} instructions, {ratio:.3f} of the baseline')
            if not QUICKER <= ratio <= SLOWER:
                most = ', '.join(f'{function} {of_all}' for function, of_all in functions.most_common(8))
                wrong.append(f'{name}: {instructions}, was {before[name]} ({ratio:.2f} of it). Most is in: {most}')
        return wrong


if __name__ == '__main__':
    if sys.argv[1:] == ['--renew']:
        renew()
    else:
        import tap
        tap.main()
