#!/usr/bin/python3
"""Both daemons tell the service manager when they serve and when they stop, and end with status 0."""

import os
import socket
import tempfile
import unittest

import tap
from region import BUILD, DEADLINE_S, Program, Region


class NotifyTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.settimeout(DEADLINE_S)
        self.folder = tempfile.TemporaryDirectory()
        os.environ['NOTIFY_SOCKET'] = f'{self.folder.name}/notify'
        self.manager.bind(os.environ['NOTIFY_SOCKET'])

    def tearDown(self):
        del os.environ['NOTIFY_SOCKET']
        self.manager.close()
        self.folder.cleanup()
        self.assertEqual(self.region.close(), [])

    def heard(self):
        return self.manager.recv(64).decode()

    def test_the_broker_says_ready_and_stopping(self):
        broker = self.region.start()
        self.assertEqual(self.heard(), 'READY=1')
        self.assertEqual(broker.stop(), 0)
        self.assertEqual(self.heard(), 'STOPPING=1')

    def test_an_agent_says_ready_and_stopping_without_any_broker(self):
        agent = Program(f'{BUILD}/refagentd', self.region.path('agents/school-syktyvkar.yaml'))
        self.region.programs.append(agent)
        self.assertEqual(self.heard(), 'READY=1')
        self.assertEqual(agent.stop(), 0)
        self.assertEqual(self.heard(), 'STOPPING=1')


if __name__ == '__main__':
    tap.main()
