#!/usr/bin/python3
"""The agent as a process, between a broker written here and a tool written here: it takes forms offline,
keeps them over kill -9, sends them until they are answered, mirrors what it is told, runs hooks and the
drop folder, and stops cleanly. Keys and frames come from other code than the agent's own."""

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
from zmq.utils import z85

sys.path.insert(0, os.path.join(os.environ.get('REFBROKER_ROOT', '.'), 'build/py'))
from proto import case_pb2, exchange_pb2  # noqa: E402  pylint: disable=wrong-import-position

BUILD = os.path.abspath(os.environ.get('REFBROKER_BUILD', 'build/default'))
WAIT_MS = 15000
SECRET = 'Примерова-17'

FORM = '''territory: tatarsky
risk: sop
direction: early-detection
basis: legal-duty
needs: [household]
children:
  - {surname: Примерова-17, name: Аня, patronymic: Тестовна, born: 2023-04-03}
circumstances: Пример
'''


def envelope(**body):
    return exchange_pb2.Envelope(version=1, **body)


class Broker:
    """A ROUTER that speaks CURVE and admits anybody."""

    def __init__(self, context, secret, port=0):
        self.socket = context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.curve_server = True
        self.socket.curve_secretkey = secret
        self.port = port or 0
        if port:
            self.socket.bind(f'tcp://127.0.0.1:{port}')
        else:
            self.port = self.socket.bind_to_random_port('tcp://127.0.0.1')
        self.peer = None

    def receive(self, *kinds):
        """The next frame of one of these kinds; others are passed over."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while time.monotonic() < deadline:
            if not self.socket.poll(WAIT_MS):
                break
            self.peer, body = self.socket.recv_multipart()
            message = exchange_pb2.Envelope.FromString(body)
            if message.WhichOneof('body') in kinds:
                return getattr(message, message.WhichOneof('body')), body
        raise AssertionError(f'no {kinds} from the agent')

    def send(self, **body):
        self.socket.send_multipart([self.peer, envelope(**body).SerializeToString()])

    def welcome(self, from_normal=0):
        hello, _ = self.receive('hello')
        lane = exchange_pb2.WelcomeLane
        self.send(welcome=exchange_pb2.Welcome(
            version=1, region='novosibirsk', site='school-7', window=8, time_us=1,
            normal=lane(expected=hello.normal.first_held, **{'from': from_normal}),
            urgent=lane(expected=hello.urgent.first_held)))
        return hello

    def stored(self, command, case_number='NSO-2026-000001-1'):
        self.send(reply=exchange_pb2.Reply(
            lane=command.lane, number=command.number, position=5, case_number=case_number,
            subject=command.submit.id or command.accept.offer))

    def close(self):
        self.socket.close()


class Agent:
    """refagentd with its configuration in a folder of its own."""

    def __init__(self, folder, port, people=None):
        self.folder, self.process, self.lines, self.reader = folder, None, None, None
        os.makedirs(f'{folder}/keys', exist_ok=True)
        self.broker_public, self.broker_secret = zmq.curve_keypair()
        disclosure = zmq.curve_keypair()[0].decode()
        self.key('broker.pub', f'curve-public {self.broker_public.decode()}')
        self.key('site.key', f'curve-secret {zmq.curve_keypair()[1].decode()}')
        self.key('site.seal.key', f'sealing-secret {zmq.curve_keypair()[1].decode()}')
        self.key('site.store.key', f'storage {z85.encode(os.urandom(32)).decode()}')
        self.key('matching.key', f'matching {z85.encode(os.urandom(32)).decode()} 1')
        self.key('disclosure.pub', f'disclosure-public {disclosure} 1')
        os.mkfifo(f'{folder}/told')
        with open(f'{folder}/hook', 'w', encoding='utf-8') as file:
            file.write(f'#!/bin/sh\ncat >{folder}/told\n')
        os.chmod(f'{folder}/hook', 0o700)
        self.configure(port, people or [f'{{uid: {os.getuid()}, worker: specialist-school-7}}',
                                        f'{{uid: {os.getuid()}, worker: curator-1}}'])

    def key(self, name, line):
        path = f'{self.folder}/keys/{name}'
        with open(path, 'w', encoding='utf-8') as file:
            file.write(line + '\n')
        os.chmod(path, 0o600)

    def configure(self, port, people):
        keys = ', '.join(f'{name}: keys/{file}' for name, file in (
            ('curve', 'site.key'), ('sealing', 'site.seal.key'), ('storage', 'site.store.key'),
            ('matching', 'matching.key'), ('disclosure', 'disclosure.pub')))
        with open(f'{self.folder}/agent.yaml', 'w', encoding='utf-8') as file:
            file.write(f'''site: school-7
broker: {{key: keys/broker.pub, endpoints: ["tcp://127.0.0.1:{port}"]}}
keys: {{{keys}}}
store: store
socket: ipc://s
people: [{', '.join(people)}]
drop: {{folder: drop, worker: specialist-school-7}}
hooks: [{{on: [offer], run: hook}}]
''')

    def start(self):
        self.process = subprocess.Popen(
            [f'{BUILD}/refagentd', f'{self.folder}/agent.yaml'], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, encoding='utf-8')
        ready = self.process.stdout.readline()
        assert ready.startswith('READY site=school-7 socket=ipc://'), ready or self.process.communicate()
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read_log, args=(self.process, self.lines))
        self.reader.start()

    @staticmethod
    def read_log(process, lines):
        with process.stderr:
            for line in process.stderr:
                lines.put(line)

    def wait_for(self, event):
        while True:
            line = self.lines.get(timeout=WAIT_MS / 1000)
            if f'event={event}' in line:
                return line

    def kill(self):
        self.process.kill()
        self.end()

    def stop(self):
        self.process.terminate()
        return self.end()

    def end(self):
        status = self.process.wait(timeout=WAIT_MS / 1000)
        self.process.stdout.close()
        self.reader.join()
        return status


class AgentTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.context = zmq.Context()
        probe = self.context.socket(zmq.ROUTER)  # a port that nobody listens on yet
        self.port = probe.bind_to_random_port('tcp://127.0.0.1')
        probe.close(linger=0)
        self.agent = Agent(self.scratch.name, self.port)
        self.agent.start()
        self.tool = None

    def tearDown(self):
        if self.agent.process.poll() is None:
            self.agent.stop()
        if self.tool is not None:
            self.tool.close(linger=0)
        self.context.destroy(linger=0)
        self.scratch.cleanup()

    def broker(self):
        return Broker(self.context, self.agent.broker_secret, self.port)

    def tell(self, **body):
        if self.tool is None:
            self.tool = self.context.socket(zmq.DEALER)
            self.tool.connect(f'ipc://{self.agent.folder}/s')
        self.tool.send(envelope(**body).SerializeToString())

    def hear(self):
        self.assertTrue(self.tool.poll(WAIT_MS), 'the agent does not answer')
        message = exchange_pb2.Envelope.FromString(self.tool.recv())
        return getattr(message, message.WhichOneof('body'))

    def ask(self, kind, actor='', **more):
        self.tell(query=exchange_pb2.Query(id=9, kind=kind, actor=actor, **more))
        answer = self.hear()
        self.assertEqual(answer.id, 9)
        return answer

    def submit(self, identity=b'', risk=case_pb2.RISK_SOP, surname=SECRET):
        labels = case_pb2.Labels(territory='tatarsky', risk=risk,
                                 direction=case_pb2.DIRECTION_EARLY_DETECTION,
                                 channel=case_pb2.CHANNEL_SPECIALIST,
                                 needs=[case_pb2.NEED_FOOD], children=1)
        child = case_pb2.Person(role=case_pb2.PERSON_CHILD, surname=surname, name='Аня',
                                born='2023-04-03')
        form = exchange_pb2.Form(id=identity, purpose=case_pb2.PURPOSE_CASE, labels=labels,
                                 facts=case_pb2.Facts(persons=[child]))
        self.tell(command=exchange_pb2.Command(lane=exchange_pb2.LANE_NORMAL, form=form))
        return self.hear()

    def restart(self):
        self.agent.kill()
        self.agent.start()

    def test_acknowledged_referral_survives_crashes_until_it_is_answered(self):
        reply = self.submit()
        self.assertFalse(reply.refused, reply)
        self.assertEqual(reply.position, 0)
        identity = reply.subject
        self.restart()
        rows = self.ask(exchange_pb2.QUERY_REFERRALS).referrals
        self.assertEqual([(row.view.id, row.waiting) for row in rows], [(identity, True)])
        broker = self.broker()
        hello = broker.welcome()
        self.assertTrue(hello.resync)
        self.assertEqual(hello.normal.first_held, 1)
        command, frame = broker.receive('command')
        self.assertEqual((command.number, command.submit.id), (1, identity))
        self.assertEqual(command.actor, 'specialist-school-7')
        self.assertNotIn(SECRET.encode(), frame)
        self.restart()  # before the broker answered
        broker.welcome()
        again, frame_again = broker.receive('command')
        self.assertEqual(frame, frame_again)
        broker.stored(again)
        while self.ask(exchange_pb2.QUERY_STATUS).status[0].spool_waiting:
            pass
        row, = self.ask(exchange_pb2.QUERY_REFERRALS, subject=identity).referrals
        self.assertFalse(row.waiting)
        self.assertEqual(row.view.case_number, 'NSO-2026-000001-1')
        broker.close()

    def test_sending_twice_is_harmless_and_other_content_is_refused(self):
        identity = bytes.fromhex('0192d4e07b1a700080000123456789ab')
        self.assertFalse(self.submit(identity).repeated)
        self.assertTrue(self.submit(identity).repeated)
        other = self.submit(identity, surname='Примерова-18')
        self.assertEqual(other.problems[0].code, exchange_pb2.REFUSAL_ID_REUSED)
        self.assertEqual(self.ask(exchange_pb2.QUERY_STATUS).status[0].spool_waiting, 1)

    def test_danger_to_life_takes_the_urgent_lane(self):
        self.submit(risk=case_pb2.RISK_CRITICAL)
        broker = self.broker()
        self.assertEqual(broker.welcome().urgent.first_held, 1)
        self.assertEqual(broker.receive('command')[0].lane, exchange_pb2.LANE_URGENT)
        broker.close()

    def test_offline_agent_answers_what_it_knows_and_says_so_for_the_rest(self):
        answer = self.ask(exchange_pb2.QUERY_CURATORS)
        self.assertEqual(answer.problems[0].code, exchange_pb2.REFUSAL_OFFLINE)
        status, = self.ask(exchange_pb2.QUERY_STATUS).status
        self.assertEqual((status.site, status.connected), ('school-7', False))
        self.assertFalse(self.ask(exchange_pb2.QUERY_CASES).problems)

    def test_nobody_speaks_as_a_worker_who_is_not_listed(self):
        answer = self.ask(exchange_pb2.QUERY_INBOX, actor='curator-9')
        self.assertEqual(answer.problems[0].code, exchange_pb2.REFUSAL_UNKNOWN_WORKER)
        self.agent.configure(self.port, ['{uid: 4000000000, worker: curator-1}'])
        self.agent.process.send_signal(signal.SIGHUP)
        self.agent.wait_for('reloaded')
        self.assertEqual(self.submit().problems[0].code, exchange_pb2.REFUSAL_UNKNOWN_WORKER)

    def test_offer_is_mirrored_acknowledged_told_and_answered(self):
        broker = self.broker()
        broker.welcome()
        offer = exchange_pb2.Delivery(
            lane=exchange_pb2.LANE_NORMAL, number=3, after=0, entity=b'o' * 16,
            kind=exchange_pb2.DELIVERY_OFFER,
            offer=case_pb2.OfferView(
                id=b'o' * 16, case_id=b'c' * 16, case_number='NSO-2026-000002-1', token=5,
                worker='curator-1', state=case_pb2.ASSIGNMENT_OFFERED,
                labels=case_pb2.Labels(territory='tatarsky', risk=case_pb2.RISK_SOP)))
        broker.send(delivery=offer)
        self.assertEqual(broker.receive('ack')[0].number, 3)
        with open(f'{self.agent.folder}/told', encoding='utf-8') as told:
            self.assertIn('"event":"offer"', told.read())
        broker.send(delivery=offer)
        self.assertEqual(broker.receive('ack')[0].number, 3)
        row, = self.ask(exchange_pb2.QUERY_INBOX, actor='curator-1').inbox
        self.assertEqual(row.delivery.offer.token, 5)
        self.assertEqual(len(self.ask(exchange_pb2.QUERY_INBOX).inbox), 0)
        self.tell(command=exchange_pb2.Command(
            lane=exchange_pb2.LANE_NORMAL, actor='curator-1', accept=exchange_pb2.Accept(offer=b'o' * 16, token=5)))
        command, _ = broker.receive('command')
        self.assertEqual((command.actor, command.accept.token), ('curator-1', 5))
        broker.stored(command, 'NSO-2026-000002-1')
        reply = self.hear()
        self.assertEqual((reply.position, reply.case_number), (5, 'NSO-2026-000002-1'))
        self.restart()
        self.tool.close(linger=0)
        self.tool = None
        self.assertEqual(broker.welcome().normal.applied, 3)
        self.assertEqual(len(self.ask(exchange_pb2.QUERY_INBOX, actor='curator-1').inbox), 1)
        broker.close()

    def test_resync_replaces_the_mirror(self):
        broker = self.broker()
        broker.welcome(from_normal=40)
        case = exchange_pb2.Delivery(
            lane=exchange_pb2.LANE_NORMAL, kind=exchange_pb2.DELIVERY_CASE, entity=b'c' * 16,
            case_view=case_pb2.CaseView(id=b'c' * 16, number='NSO-2026-000003-1', lead='curator-1',
                                        labels=case_pb2.Labels(territory='tatarsky')))
        broker.send(resync=exchange_pb2.Resync(page=1, deliveries=[case]))
        broker.send(resync=exchange_pb2.Resync(page=2, last=True))
        self.assertEqual(broker.receive('ack')[0].number, 40)
        found, = self.ask(exchange_pb2.QUERY_CASE, actor='curator-1', text='NSO-2026-000003-1').cases
        self.assertEqual(found.id, b'c' * 16)
        self.restart()
        hello = broker.welcome()
        self.assertEqual((hello.resync, hello.normal.applied), (False, 40))
        broker.close()

    def drop(self, name, text):
        path = f'{self.agent.folder}/drop/{name}'
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        os.rename(path, f'{self.agent.folder}/drop/incoming/{name}')

    def test_drop_folder_takes_good_forms_and_explains_bad_ones(self):
        self.drop('good.yaml', FORM)
        self.agent.wait_for('form_submitted')
        with open(f'{self.agent.folder}/drop/done/good.yaml', encoding='utf-8') as file:
            done = file.read()
        self.assertIn('risk: sop', done)
        self.assertNotIn(SECRET, done)
        self.assertEqual(os.listdir(f'{self.agent.folder}/drop/taking'), [])
        self.drop('bad.yaml', FORM.replace('risk: sop', 'risk: sopp'))
        self.agent.wait_for('form_refused')
        with open(f'{self.agent.folder}/drop/refused/bad.yaml.error', encoding='utf-8') as file:
            errors = file.read()
        self.assertIn('bad.yaml:2:7: ', errors)
        self.assertIn('нет такого кода', errors)
        self.assertIn('no such code', errors)
        rows = self.ask(exchange_pb2.QUERY_REFERRALS).referrals
        self.assertEqual([row.view.id.hex() for row in rows],
                         [done.split('id: ')[1].split()[0].replace('-', '')])

    def test_form_taken_before_a_crash_is_submitted_once(self):
        self.agent.kill()
        name = '0192d4e0-7b1a-7000-8000-0123456789ab-late.yaml'
        with open(f'{self.agent.folder}/drop/taking/{name}', 'w', encoding='utf-8') as file:
            file.write(FORM)
        self.agent.start()
        self.agent.wait_for('form_submitted')
        self.agent.kill()
        with open(f'{self.agent.folder}/drop/taking/{name}', 'w', encoding='utf-8') as file:
            file.write(FORM)  # as if the crash came between commit and move
        self.agent.start()
        self.agent.wait_for('form_submitted')
        self.assertEqual(self.ask(exchange_pb2.QUERY_STATUS).status[0].spool_waiting, 1)

    def test_written_file_counts_once_it_rests(self):
        path = f'{self.agent.folder}/drop/incoming/slow.yaml'
        with open(path, 'w', encoding='utf-8') as file:
            file.write(FORM)
        self.agent.wait_for('form_submitted')

    def test_store_is_private_and_the_stop_is_clean(self):
        self.submit()
        self.assertEqual(os.stat(f'{self.agent.folder}/store').st_mode & 0o777, 0o700)
        self.assertEqual(os.stat(f'{self.agent.folder}/s').st_mode & 0o777, 0o600)
        for folder, _, files in os.walk(f'{self.agent.folder}/store'):
            for name in files:
                with open(f'{folder}/{name}', 'rb') as file:
                    self.assertNotIn(SECRET.encode(), file.read())
        self.assertEqual(self.agent.stop(), 0)

    def test_second_agent_on_the_same_store_is_refused(self):
        second = subprocess.run([f'{BUILD}/refagentd', f'{self.agent.folder}/agent.yaml'],
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn('store', second.stderr)


if __name__ == '__main__':
    unittest.main()
