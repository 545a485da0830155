#!/usr/bin/python3
"""The broker as a process, spoken to by clients written here: who may speak, what is promised over kill -9, what a
hostile or doubled peer costs, and which configuration is in force. Keys and frames come from other code than its own."""

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import zmq
from nacl.public import PrivateKey
from zmq.utils import z85

sys.path.insert(0, os.path.join(os.environ.get('REFBROKER_ROOT', '.'), 'build/py'))
from proto import case_pb2, exchange_pb2  # noqa: E402  pylint: disable=wrong-import-position

PROGRAM = os.path.join(os.path.abspath(os.environ.get('REFBROKER_BUILD', 'build/default')),
                       'refbrokerd')
WAIT_S = 20

FILES = {
    'broker.yaml': '''region: north
number-prefix: NR
title: {ru: Север, en: North}
listen: tcp://127.0.0.1:*
keys: {curve: broker.key, disclosure: disclosure.key}
store: store
calendar: calendar.yaml
directory: directory
policy: policy.yaml
''',
    'calendar.yaml': '''zones:
  - {id: z, offsets: [{from: 2016-07-24, utc: "+07:00"}]}
work: {days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}
years:
  - {year: 2026, holidays: [], workdays: [], short: []}
''',
    'directory/all.yaml': '''territories:
  - {id: north, title: {ru: Север, en: North}, zone: z}
agencies:
  - {id: social, kind: social, ownership: state, title: {ru: Соцзащита, en: Social}, territories: [north],
     home-site: social-1}
  - {id: school, kind: education, ownership: municipal, title: {ru: Школа, en: School}, territories: [north],
     home-site: school-1}
sites:
  - {id: social-1, agency: social, title: {ru: Отдел, en: Office}}
  - {id: school-1, agency: school, title: {ru: Школа, en: School}}
workers:
  - {id: curator, title: {ru: Куратор, en: Curator}, site: social-1, roles: [case-curator], capacity: 900}
  - {id: chief, title: {ru: Начальник, en: Chief}, site: social-1,
     roles: [intake-curator, supervisor, coordinator, administrator]}
  - {id: teacher, title: {ru: Учитель, en: Teacher}, site: school-1, roles: [specialist]}
desks:
  - {role: triage, agency: social, territory: north}
  - {role: supervisor, agency: social, territory: north}
  - {role: coordinator, agency: social, territory: north}
''',
    'policy.yaml': '''policy: north
title: {ru: Север, en: North}
pools:
  all: {workers: {role: case-curator}, pick: least-loaded}
rules:
  - {id: everything, title: {ru: Все, en: All}, curator: [all]}
disclose: {curator: [identity, contact]}
''',
}


def write(folder, name, text, mode=0o600):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path):
        os.remove(path)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)


class Broker:
    """A region in a folder, and its broker as long as it runs."""

    def __init__(self, folder):
        self.folder, self.process, self.log = folder, None, queue.Queue()
        self.public, secret = zmq.curve_keypair()
        self.keys = {site: zmq.curve_keypair() for site in ('social-1', 'school-1')}
        for name, text in FILES.items():
            write(folder, name, text)
        write(folder, 'broker.key', f'curve-secret {secret.decode()}\n')
        disclosure = z85.encode(bytes(PrivateKey.generate())).decode()
        write(folder, 'disclosure.key', f'disclosure-secret {disclosure} 1\n')
        self.write_keys()

    def write_keys(self, revoked=()):
        lines = ['keys:']
        for site, (public, _) in self.keys.items():
            sealing = z85.encode(bytes(PrivateKey.generate().public_key)).decode()
            no = ', revoked: yes' if site in revoked else ''
            lines.append(f'  - {{site: {site}, curve: "{public.decode()}", sealing: "{sealing}"{no}}}')
        write(self.folder, 'directory/keys.yaml', '\n'.join(lines) + '\n')

    def start(self):
        self.process = subprocess.Popen(
            [PROGRAM, '--log-level', 'debug', os.path.join(self.folder, 'broker.yaml')],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.log = queue.Queue()
        threading.Thread(target=self.read_log, args=(self.process.stderr, self.log),
                         daemon=True).start()
        words = dict(word.split('=', 1) for word in self.process.stdout.readline().split()[1:])
        self.endpoint, self.version = words['endpoint'], int(words['version'])
        return self

    @staticmethod
    def read_log(stream, log):
        with stream:
            for line in stream:
                log.put(line)

    def wait_log(self, *texts):
        """The first line that holds all the texts."""
        deadline = time.monotonic() + WAIT_S
        seen = []
        while time.monotonic() < deadline:
            try:
                line = self.log.get(timeout=0.5)
            except queue.Empty:
                continue
            seen.append(line)
            if all(text in line for text in texts):
                return line
        raise AssertionError(f'no {texts} in the log:\n' + ''.join(seen))

    def end(self, number=signal.SIGTERM):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(WAIT_S)
        self.process.stdout.close()
        self.process = None
        return status

    def tool(self, name):
        return subprocess.run([PROGRAM, name, self.folder], capture_output=True, text=True,
                              check=False, timeout=60)


class Site:
    """A DEALER that speaks CURVE with a site's key."""

    def __init__(self, context, broker, keys, incarnation=b'\1' * 16):
        self.incarnation = incarnation
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.curve_serverkey = broker.public
        self.socket.curve_publickey, self.socket.curve_secretkey = keys
        self.socket.connect(broker.endpoint)

    def send(self, **body):
        self.socket.send(exchange_pb2.Envelope(version=1, **body).SerializeToString())

    def receive(self, kind, wait_s=WAIT_S):
        """The next frame of that kind; others are passed over."""
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            if self.socket.poll(int(1000 * max(0, deadline - time.monotonic()))):
                message = exchange_pb2.Envelope.FromString(self.socket.recv())
                if message.WhichOneof('body') == kind:
                    return getattr(message, kind)
        raise AssertionError(f'no {kind}')

    def hello(self, first_held=1, applied=0, **more):
        lane = exchange_pb2.HelloLane
        self.send(hello=exchange_pb2.Hello(
            version_least=1, version_most=1, incarnation=self.incarnation, program='test',
            normal=lane(first_held=first_held, applied=applied), urgent=lane(first_held=1), **more))
        return self.receive('welcome')

    def submit(self, number, child, actor='teacher'):
        self.send(command=exchange_pb2.Command(
            lane=exchange_pb2.LANE_NORMAL, number=number, incarnation=self.incarnation,
            actor=actor, submit=referral(child)))

    def acknowledge(self, number):
        self.send(ack=exchange_pb2.DeliveryAck(lane=exchange_pb2.LANE_NORMAL, number=number))


def referral(child):
    return case_pb2.Referral(
        id=b'\1\2' + child.to_bytes(14, 'big'), purpose=case_pb2.PURPOSE_CASE,
        labels=case_pb2.Labels(
            territory='north', risk=case_pb2.RISK_SOP, direction=case_pb2.DIRECTION_PREVENTION,
            channel=case_pb2.CHANNEL_SPECIALIST, basis=case_pb2.LEGAL_BASIS_CONSENT,
            needs=[case_pb2.NEED_HOUSEHOLD], ages=[1], children=1),
        keys=[case_pb2.MatchingKey(digest=child.to_bytes(16, 'big'), epoch=1,
                                   role=case_pb2.PERSON_CHILD, strength=case_pb2.STRENGTH_STRONG)],
        observed_us=1700000000000000)


class BrokerTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.broker = Broker(self.temporary.name).start()
        self.context = zmq.Context()
        self.sites = []

    def tearDown(self):
        for site in self.sites:
            site.socket.close()
        self.context.term()
        self.broker.end()
        self.temporary.cleanup()

    def site(self, name, **more):
        self.sites.append(Site(self.context, self.broker, self.broker.keys[name], **more))
        return self.sites[-1]

    def restart(self):
        self.broker.end(signal.SIGKILL)
        self.broker.start()

    def test_an_acknowledged_referral_survives_kill_9_and_a_repeat_gets_the_same_reply(self):
        school = self.site('school-1')
        school.hello()
        school.submit(1, 17)
        first = school.receive('reply')
        self.assertFalse(first.refused, first)
        self.assertRegex(first.case_number, r'^NR-\d{4}-000001-\d$')
        self.restart()
        again = self.site('school-1')
        self.assertEqual(again.hello().normal.expected, 2)
        again.submit(1, 17)
        self.assertEqual(again.receive('reply'), first)
        again.submit(2, 17)
        repeated = again.receive('reply')
        self.assertTrue(repeated.repeated)
        self.assertEqual(repeated.case_number, first.case_number)
        again.submit(1, 18)
        self.assertEqual(again.receive('reply').problems[0].code, exchange_pb2.REFUSAL_ID_REUSED)

    def test_the_curator_is_offered_the_case_until_the_offer_is_acknowledged(self):
        office, school = self.site('social-1'), self.site('school-1')
        office.hello()
        school.hello()
        school.submit(1, 17)
        offer = office.receive('delivery')
        self.assertEqual(offer.offer.worker, 'curator')
        self.restart()
        office = self.site('social-1')
        office.hello()
        again = office.receive('delivery')
        self.assertEqual((again.number, again.offer.id), (offer.number, offer.offer.id))
        office.acknowledge(again.number)
        self.restart()
        office = self.site('social-1')
        welcome = office.hello(applied=again.number)
        self.assertEqual(getattr(welcome.normal, 'from'), again.number)

    def test_a_gap_is_told_and_order_is_kept(self):
        school = self.site('school-1')
        school.hello()
        school.submit(2, 18)
        reply = school.receive('reply')
        self.assertEqual(reply.problems[0].code, exchange_pb2.REFUSAL_NEXT_EXPECTED)
        self.assertEqual(reply.next_expected, 1)
        school.submit(1, 17)
        school.submit(2, 18)
        self.assertEqual([school.receive('reply').number for _ in range(2)], [1, 2])

    def test_a_stranger_hears_nothing(self):
        self.sites.append(Site(self.context, self.broker, zmq.curve_keypair()))
        self.sites[-1].send(heartbeat=exchange_pb2.Heartbeat())
        self.broker.wait_log('event=handshake_refused')
        self.assertFalse(self.sites[-1].socket.poll(0))

    def test_a_site_speaks_for_its_own_workers_only(self):
        school = self.site('school-1')
        school.hello()
        school.submit(1, 17, actor='chief')
        self.assertEqual(school.receive('reply').problems[0].code,
                         exchange_pb2.REFUSAL_UNKNOWN_WORKER)

    def test_the_newest_hello_wins(self):
        first, second = self.site('school-1'), self.site('school-1')
        first.hello()
        second.hello()
        self.assertEqual(first.receive('goodbye').reason, exchange_pb2.GOODBYE_REPLACED)
        second.submit(1, 17)
        self.assertFalse(second.receive('reply').refused)

    def test_garbage_costs_its_sender_only(self):
        hostile, office = self.site('school-1'), self.site('social-1')
        hostile.hello()
        office.hello()
        for _ in range(40):
            hostile.socket.send(b'\xff' * 1000)
        self.assertEqual(hostile.receive('goodbye').reason, exchange_pb2.GOODBYE_QUOTA)
        self.broker.wait_log('level=alarm', 'event=site_quarantined', 'site=school-1')
        office.send(heartbeat=exchange_pb2.Heartbeat())
        office.receive('heartbeat')

    def test_a_resync_ends_with_both_acknowledgements(self):
        school, office = self.site('school-1'), self.site('social-1')
        school.hello()
        school.submit(1, 17)
        office.hello()
        offer = office.receive('delivery')
        welcome = office.hello(resync=True)
        self.assertGreaterEqual(getattr(welcome.normal, 'from'), offer.number)
        page = office.receive('resync')
        self.assertTrue(page.last)
        self.assertIn(offer.offer.id, [delivery.offer.id for delivery in page.deliveries])
        for lane, at in ((exchange_pb2.LANE_NORMAL, welcome.normal),
                         (exchange_pb2.LANE_URGENT, welcome.urgent)):
            office.send(ack=exchange_pb2.DeliveryAck(lane=lane, number=getattr(at, 'from')))
        self.broker.wait_log('event=resync_finished', 'site=social-1')

    def test_a_bad_policy_never_replaces_a_good_one(self):
        write(self.temporary.name, 'policy.yaml', FILES['policy.yaml'].replace('[all]', '[al]'))
        self.broker.process.send_signal(signal.SIGHUP)
        self.broker.wait_log('event=configuration_error', 'policy.yaml:6:')
        self.broker.wait_log('event=configuration_refused', 'version_kept=1')
        self.restart()  # and a restart reads no policy
        self.assertEqual(self.broker.version, 1)
        write(self.temporary.name, 'policy.yaml',
              FILES['policy.yaml'].replace('least-loaded', 'round-robin'))
        self.broker.process.send_signal(signal.SIGHUP)
        self.broker.wait_log('event=configuration_adopted', 'version=2')

    def test_a_revoked_key_is_told_goodbye_on_its_living_connection(self):
        school = self.site('school-1')
        school.hello()
        self.broker.write_keys(revoked=['school-1'])
        self.broker.process.send_signal(signal.SIGHUP)
        self.assertEqual(school.receive('goodbye').reason, exchange_pb2.GOODBYE_REVOKED)
        school.submit(1, 17)
        self.assertEqual(school.receive('goodbye').reason, exchange_pb2.GOODBYE_REVOKED)

    def test_a_stop_says_goodbye_and_the_store_is_whole(self):
        school = self.site('school-1')
        school.hello()
        for number in range(1, 51):
            school.submit(number, number)
        for _ in range(50):
            self.assertFalse(school.receive('reply').refused)
        second = subprocess.run([PROGRAM, os.path.join(self.temporary.name, 'broker.yaml')],
                                capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(second.returncode, 75, second.stderr)
        self.assertEqual(self.broker.tool('fsck').returncode, 75)
        self.broker.process.send_signal(signal.SIGTERM)
        self.assertEqual(school.receive('goodbye').reason, exchange_pb2.GOODBYE_STOPPING)
        self.assertEqual(self.broker.end(), 0)
        check = self.broker.tool('fsck')
        self.assertIn('digest=equal', check.stdout, check.stderr)
        self.assertIn('rebuilt=yes', self.broker.tool('rebuild').stdout)
        self.assertIn('digest=equal', self.broker.tool('fsck').stdout)


if __name__ == '__main__':
    unittest.main(verbosity=0)
