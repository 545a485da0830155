#!/usr/bin/python3
"""The installed units: systemd finds their exposure low, and they start the programs that were installed."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

import tap

ROOT = os.environ.get('REFBROKER_ROOT', '.')
BUILD = os.path.abspath(os.environ.get('REFBROKER_BUILD', 'build/default'))
PROGRAMS = ('refbrokerd', 'refagentd', 'refctl')
UNITS = ('refbrokerd.service', 'refagentd@.service')
EXPOSURE_MOST = 20  # tenths


class UnitsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix='install-')
        cls.done = subprocess.run(['.ci/install', '/opt/refbroker', cls.root, *(f'{BUILD}/{name}' for name in PROGRAMS)],
                                  cwd=ROOT, capture_output=True, text=True, check=False)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    def path(self, name):
        return f'{self.root}/opt/refbroker/{name}'

    def unit(self, name):
        with open(self.path(f'lib/systemd/system/{name}'), encoding='utf-8') as file:
            return file.read()

    def test_units_are_installed_and_start_what_was_installed(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        for name in UNITS:
            program = re.search(r'^ExecStart=(\S+)', self.unit(name), re.MULTILINE)[1]
            self.assertTrue(program.startswith('/opt/refbroker/bin/'), program)
            self.assertTrue(os.access(self.root + program, os.X_OK), program)

    def test_systemd_finds_little_exposure(self):
        for name in UNITS:
            done = subprocess.run(['systemd-analyze', 'security', '--offline=yes', '--no-pager',
                                   f'--threshold={EXPOSURE_MOST}', self.path(f'lib/systemd/system/{name}')],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn('Overall exposure level', done.stdout)

    def test_manual_pages_of_the_programs_are_installed(self):
        for page in ('man1/refctl.1', 'man8/refbrokerd.8', 'man8/refagentd.8'):
            self.assertTrue(os.path.isfile(self.path(f'share/man/{page}')), page)


if __name__ == '__main__':
    tap.main()
