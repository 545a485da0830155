#!/usr/bin/python3
"""Local users who misuse the agent's socket: a stranger gets nothing, and neither garbage nor a flood keeps the others from being
served within a second or fills the agent's memory."""

import multiprocessing
import os
import random
import re
import tempfile
import time
import unittest

import tap
import zmq
from proto import exchange_pb2 as exchange
from region import SPECIALIST, Region
from site_agent import Site

SERVED_S = 1.0
GROWTH_KIB = 32 * 1024
ROUNDS = 20
NOBODY = 65534


def envelope(**body):
    return exchange.Envelope(version=1, **body).SerializeToString()


def garbage():
    rng = random.Random(5)
    while True:
        yield [rng.randbytes(rng.randrange(1, 300))]


def large_garbage():
    while True:
        yield [b'\xff' * 262144]


def parts():
    while True:
        yield [b'\x08\x01'] * 3


def queries():
    while True:
        yield [envelope(query=exchange.Query(id=1, kind=exchange.QUERY_AGENCIES))]


def pour(frames, endpoint, begun, stop):
    """As fast as the socket takes it; answers are never read."""
    context = zmq.Context()
    peer = context.socket(zmq.DEALER)
    peer.linger = 0
    peer.connect(endpoint)
    for frame in frames():
        while not peer.poll(100, zmq.POLLOUT) and not stop.is_set():
            begun.set()
        if stop.is_set():
            break
        peer.send_multipart(frame)
        begun.set()
    context.destroy(linger=0)


def ask_as_nobody(endpoint, answers):
    """What a user whom nobody listed is told."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    context = zmq.Context()
    peer = context.socket(zmq.DEALER)
    peer.linger = 0
    peer.connect(endpoint)
    peer.send(envelope(query=exchange.Query(id=7, kind=exchange.QUERY_STATUS, actor=SPECIALIST)))
    answers.put(peer.recv() if peer.poll(10000) else b'')
    context.destroy(linger=0)


class LocalHostileTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.start()
        os.chmod(self.region.folder, 0o755)
        os.chmod(tempfile.gettempdir(), 0o711 | os.stat(tempfile.gettempdir()).st_mode)  # the test's own
        self.site = Site(self.region, 'school-syktyvkar', [SPECIALIST], more='socket-mode: "0666"')
        self.site.process.expects('ipc_answer_lost', 'ipc_reply_lost', 'ipc_bad_frame')
        self.endpoint = f'ipc://{self.site.folder}/s'
        self.fork = multiprocessing.get_context('fork')
        self.served()

    def tearDown(self):
        self.site.close()
        self.assertEqual(self.region.close(), [])

    def served(self):
        began = time.monotonic()
        answer = self.site.ask(exchange.QUERY_STATUS)
        self.assertEqual([one.code for one in answer.problems], [])
        return time.monotonic() - began

    def anonymous_kib(self):
        with open(f'/proc/{self.site.process.process.pid}/status', encoding='utf-8') as file:
            return int(re.search(r'^RssAnon:\s+(\d+)', file.read(), re.MULTILINE)[1])

    def withstands(self, frames):
        before, longest, most = self.anonymous_kib(), 0, 0
        begun, stop = self.fork.Event(), self.fork.Event()
        process = self.fork.Process(target=pour, args=(frames, self.endpoint, begun, stop), daemon=True)
        process.start()
        self.assertTrue(begun.wait(15))
        for _ in range(ROUNDS):
            longest, most = max(longest, self.served()), max(most, self.anonymous_kib())
            self.site.socket.poll(50)  # an attack takes its time
        stop.set()
        process.join(10)
        process.kill()
        print(f'# {frames.__name__}: served within {longest * 1000:.0f} ms, memory +{(most - before) / 1024:.1f} MiB',
              flush=True)
        self.assertLess(longest, SERVED_S)
        self.assertLess(most - before, GROWTH_KIB)

    def test_garbage_costs_nobody_else(self):
        self.withstands(garbage)

    def test_garbage_of_the_largest_frames_costs_nobody_else(self):
        self.withstands(large_garbage)

    def test_messages_of_several_parts_cost_nobody_else(self):
        self.withstands(parts)

    def test_flood_of_queries_whose_answers_are_not_read_costs_nobody_else(self):
        self.withstands(queries)

    @unittest.skipIf(os.getuid() != 0, 'only root can be another user')
    def test_user_whom_nobody_listed_is_told_nothing(self):
        answers = self.fork.Queue()
        process = self.fork.Process(target=ask_as_nobody, args=(self.endpoint, answers), daemon=True)
        process.start()
        frame = answers.get(timeout=20)
        process.join(10)
        answer = exchange.Envelope.FromString(frame).answer
        self.assertEqual([one.code for one in answer.problems], [exchange.REFUSAL_UNKNOWN_WORKER], frame)
        self.assertEqual(len(answer.status), 0)


if __name__ == '__main__':
    tap.main()
