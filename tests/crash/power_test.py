#!/usr/bin/python3
"""The power fails at any moment: what a daemon had told others is on its disk.

Real daemons live (recorded.py) while a preloaded library writes down what they do to their disks and what they tell;
then tests/crash/run cuts the power at every place of each record, with what was not synced lost, torn or reordered,
and opens what is left with the real modules. Disks that lie and careless stores must be found out by the same means.

timeout: 300
"""

import os
import re
import subprocess
import tempfile
import unittest

from recorded import BUILD, CENTRE, PARTIES, SCHOOL, Recorded, tap

SEED = int(os.environ.get('REFBROKER_SEED') or int.from_bytes(os.urandom(4), 'big'))
CUTS = int(os.environ.get('REFBROKER_CUTS') or 5400)  # over all records
SHARES = {'broker': 4, SCHOOL: 3, CENTRE: 3}          # of ten
CUTS_LOST = 100                                       # of each record, where losses are expected
NO_META_SYNC, NO_SYNC, WRITE_MAP_ASYNC = 0x40000, 0x10000, 0x180000


class PowerCutTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def record(self, lmdb=0):
        self.recorded = Recorded(self.folder, lmdb)
        try:
            self.recorded.live()
            keys = {party: self.recorded.region.read(f'keys/{party}.store.key') for party in (SCHOOL, CENTRE)}
        finally:
            self.assertEqual(self.recorded.close(), [])
        for party, key in keys.items():
            path = f'{self.folder}/{party}.key'
            with open(path, 'w', encoding='utf-8', opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(key)

    def cut(self, cuts, forget=0):
        """-> {party: (figures, output)}, of each record so many cuts"""
        running = {}
        for party in PARTIES:
            kind, *key = ('broker',) if party == 'broker' else ('agent', f'{self.folder}/{party}.key')
            running[party] = subprocess.Popen(
                [f'{BUILD}/tests/crash/run', kind, f'{self.folder}/{party}.record', str(SEED), str(cuts[party]),
                 str(forget), *key], stdout=subprocess.PIPE, text=True, env={**os.environ, 'TMPDIR': self.folder})
        found = {}
        for party, process in running.items():
            output = process.communicate()[0]
            self.assertEqual(process.returncode, 0, f'{party}: {output}')
            last = output.splitlines()[-1]
            self.assertRegex(last, r'^cuts=\d+ places=\d+ lost=\d+ seed=\d+$')
            found[party] = {name: int(number) for name, number in re.findall(r'(\w+)=(\d+)', last)}, output
        return found

    def test_nothing_that_was_told_is_lost_wherever_the_power_is_cut(self):
        self.record()
        found = self.cut({party: CUTS * share // 10 for party, share in SHARES.items()})
        for party, (figures, output) in found.items():
            self.assertEqual(figures['lost'], 0, f'{party}, seed {SEED}:\n{output}')
        print('# figure: power cuts: ' + ', '.join(
            f'{party} {figures["cuts"]} at {figures["places"]} places' for party, (figures, _) in found.items()) +
              f'; lost 0; seed {SEED}', flush=True)
        self.assertGreaterEqual(sum(figures['cuts'] for figures, _ in found.values()), CUTS)

    def must_lose(self, what, forget=0):
        found = self.cut({party: CUTS_LOST for party in PARTIES}, forget)
        for party, (figures, output) in found.items():
            self.assertGreater(figures['lost'], 0, f'{what}, {party}, seed {SEED}: not noticed\n{output}')
        print(f'# figure: {what}: lost at ' + ', '.join(
            f'{party} {figures["lost"]} of {figures["cuts"]}' for party, (figures, _) in found.items()), flush=True)

    def test_disk_that_forgets_every_third_sync_is_found_out(self):
        self.record()
        self.must_lose('every 3rd sync skipped', 3)

    def test_store_that_does_not_sync_its_meta_page_is_found_out(self):
        self.record(NO_META_SYNC)
        self.must_lose('MDB_NOMETASYNC')

    def test_store_that_never_syncs_is_found_out(self):
        self.record(NO_SYNC)
        self.must_lose('MDB_NOSYNC')

    def test_store_that_writes_through_its_map_when_it_likes_is_found_out(self):
        self.record(WRITE_MAP_ASYNC)
        self.must_lose('MDB_WRITEMAP and MDB_MAPASYNC')


if __name__ == '__main__':
    tap.main()
