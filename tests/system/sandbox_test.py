#!/usr/bin/python3
"""The broker's own sandbox in the running process: what it says is in force is what the kernel says of each thread, and the
broker does its work in it."""

import glob
import os
import re
import unittest

import tap
from region import SPECIALIST, Region, facts, labels

LIMITS = re.compile(r'^Max core file size\s+(\d+)\s+(\d+)', re.MULTILINE)


class SandboxTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()

    def tearDown(self):
        self.assertEqual(self.region.close(), [])

    def threads(self, name):
        """-> {value of this line of /proc/…/status} over all threads"""
        values = set()
        for path in glob.glob(f'/proc/{self.region.broker.process.pid}/task/*/status'):
            with open(path, encoding='utf-8') as file:
                values.add(re.search(rf'^{name}:\s+(\d+)', file.read(), re.MULTILINE)[1])
        return values

    def sandbox(self):
        line = next(line for line in self.region.broker.lines if 'event=sandbox ' in line)
        return dict(re.findall(r'(\w+)=("[^"]*"|\S+)', line))

    def works(self):
        school = self.region.agent('school-syktyvkar')
        school.hello()
        _, reply = school.submit(SPECIALIST, labels(), facts())
        self.assertFalse(reply.refused, reply)
        self.region.edit('policy.yaml', 'title: {ru:', 'title: {ru: Новая')
        self.region.reload()

    def test_what_is_said_to_be_in_force_holds_for_every_thread(self):
        broker = self.region.start()
        said = self.sandbox()
        if 'sanitizers' in said['calls']:
            self.skipTest('built with sanitizers')
        self.assertEqual(self.threads('Seccomp'), {'2' if said['calls'] == 'yes' else '0'})
        self.assertEqual(self.threads('NoNewPrivs'), {'1'})
        self.assertGreater(len(glob.glob(f'/proc/{broker.process.pid}/task/*')), 1)
        self.works()

    def test_sandbox_no_leaves_the_process_free(self):
        self.region.edit('broker.yaml', 'store: store', 'store: store\nsandbox: no')
        self.region.start()
        self.assertEqual(self.sandbox()['calls'], '"no: sandbox: no"')
        self.assertEqual(self.threads('Seccomp'), {'0'})
        self.works()

    def test_no_core_is_written(self):
        broker = self.region.start()
        with open(f'/proc/{broker.process.pid}/limits', encoding='utf-8') as file:
            self.assertEqual(LIMITS.search(file.read()).groups(), ('0', '0'))

    def test_key_that_others_can_replace_is_refused(self):
        os.chmod(self.region.path('keys'), 0o777)
        status, _, errors = self.region.run('refbrokerd', 'broker.yaml')
        self.assertEqual(status, 77, errors)
        self.assertIn('chmod go-w', errors)


if __name__ == '__main__':
    tap.main()
