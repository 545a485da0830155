#!/usr/bin/python3
"""A day with refctl: keys are made, a region is checked, broker and two agents run, a school refers a family, a
curator opens the offer and accepts it, the school reads its receipts. Everything through refctl alone."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

ROOT = os.path.abspath(os.environ.get('REFBROKER_ROOT', '.'))
BUILD = os.path.abspath(os.environ.get('REFBROKER_BUILD', 'build/default'))
WAIT_S = 30
SCHOOL, SOCIAL, ADMINISTRATOR = 'school-tatarsk', 'social-tatarsky-1', 'social-region-1'  # who can be reached

FORM = '''территория: tatarsky
уровень: СОП
направление: раннее выявление
основание: legal-duty
потребности: [быт]
дети:
  - {фамилия: Примерова-17, имя: Аня, отчество: Тестовна, дата рождения: 03.04.2021}
обстоятельства: Дома холодно.
'''


class Daemon:
    """A daemon that says READY on its standard output."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, encoding='utf-8')
        self.log = []
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr))
        self.reader.start()
        self.ready = self.process.stdout.readline()
        if not self.ready.startswith('READY'):
            self.stop()
            raise AssertionError(f'{command}: {self.ready}{"".join(self.log)}')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT_S)
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()


class Day(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.region = f'{self.folder}/region'
        shutil.copytree(f'{ROOT}/config/novosibirsk', self.region)
        os.chdir(self.folder)

    def refctl(self, *words, status=0, site=None):
        command = [f'{BUILD}/refctl', *words]
        if site is not None:
            command += ['--agent', f'{self.folder}/{site}/agent.yaml']
        environment = dict(os.environ, LANGUAGE='en', TZ='UTC')
        done = subprocess.run(command, text=True, encoding='utf-8', capture_output=True,
                              timeout=WAIT_S, check=False, env=environment)
        self.assertEqual(done.returncode, status, f'{words}: {done.stdout}{done.stderr}')
        return done.stdout

    def answer(self, *words, site):
        return json.loads(self.refctl(*words, '--json', site=site))

    def make_agent(self, site, worker, endpoint, event):
        """The agent's folder; a FIFO gets a line for every such event."""
        folder = f'{self.folder}/{site}'
        os.makedirs(folder)
        os.mkfifo(f'{folder}/told')
        with open(f'{folder}/hook', 'w', encoding='utf-8') as file:
            file.write(f'#!/bin/sh\ncat >/dev/null\necho told >{folder}/told\n')
        os.chmod(f'{folder}/hook', 0o700)
        keys = f'{self.region}/keys'
        with open(f'{folder}/agent.yaml', 'w', encoding='utf-8') as file:
            file.write(f'''site: {site}
broker: {{key: {keys}/broker.pub, endpoints: ["{endpoint}"]}}
keys: {{curve: {keys}/{site}.key, sealing: {keys}/{site}.seal.key, storage: {keys}/{site}.store.key,
       matching: {keys}/matching.key, disclosure: {keys}/disclosure.pub}}
store: store
socket: ipc://s
people: [{{uid: {os.getuid()}, worker: {worker}}}]
hooks: [{{on: [{event}], run: hook}}]
''')
        agent = Daemon(f'{BUILD}/refagentd', f'{folder}/agent.yaml')
        self.addCleanup(agent.stop)
        return f'{folder}/told'

    def make_keys(self):
        keys = f'{self.region}/keys'
        self.refctl('keygen', '--broker', '--out', keys)
        self.refctl('keygen', '--region', '--out', keys)
        for site in (SCHOOL, SOCIAL, ADMINISTRATOR):
            self.refctl('keygen', '--site', site, '--out', keys, '--directory',
                        f'{self.region}/directory/91-keys.yaml')
        self.refctl('policy', 'check', self.region)

    def worker_of(self, site, role):
        """A worker of the site, as the directory names it."""
        for name in sorted(os.listdir(f'{self.region}/directory')):
            with open(f'{self.region}/directory/{name}', encoding='utf-8') as file:
                text = file.read()
            for entry in text.split('- ')[1:]:
                if f'site: {site},' in entry and role in entry and 'id: ' in entry:
                    return entry.split('id: ')[1].split(',')[0].split('\n')[0].strip()
        raise AssertionError(f'no {role} at {site}')

    def start_broker(self):
        path = f'{self.region}/broker.yaml'
        with open(path, encoding='utf-8') as file:
            text = file.read()
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text.replace('tcp://127.0.0.1:7551', 'tcp://127.0.0.1:*'))
        broker = Daemon(f'{BUILD}/refbrokerd', path)
        self.addCleanup(broker.stop)
        return next(word for word in broker.ready.replace('=', ' ').split()
                    if word.startswith('tcp://'))

    @staticmethod
    def wait_for(fifo):
        with open(fifo, encoding='utf-8') as file:
            return file.read()

    def test_a_family_gets_its_curator(self):
        self.make_keys()
        endpoint = self.start_broker()
        curator = self.worker_of(SOCIAL, 'case-curator')
        offered = self.make_agent(SOCIAL, curator, endpoint, 'offer')
        self.make_agent(SCHOOL, self.worker_of(SCHOOL, 'specialist'), endpoint, 'outcome')

        with open('form.yaml', 'w', encoding='utf-8') as file:
            file.write(FORM)
        referral = self.refctl('submit', 'form.yaml', site=SCHOOL).strip()
        self.assertEqual(self.refctl('submit', 'form.yaml', '--id', referral, site=SCHOOL).strip(),
                         referral)  # harmless

        self.wait_for(offered)
        offer, = self.answer('inbox', site=SOCIAL)['inbox']
        self.assertEqual((offer['kind'], offer['worker'], offer['seen']), ('offer', curator, False))
        self.assertNotIn('Примерова', json.dumps(offer, ensure_ascii=False))
        number = offer['case']
        self.refctl('inbox', 'show', '1', site=SOCIAL)
        self.refctl('refuse', number, '--reason', 'nonsense', status=64, site=SOCIAL)
        self.refctl('accept', number.lower().replace('-', ''), site=SOCIAL)
        self.refctl('accept', number, status=66, site=SOCIAL)

        case = self.answer('case', 'show', number, site=SOCIAL)
        self.assertEqual((case['number'], case['lead']), (number, curator))
        row, = self.answer('referral', 'show', number, site=SCHOOL)['referrals']
        self.assertEqual(row['id'], referral)
        self.assertIsNotNone(row['receipts']['seen']['at'])
        self.assertEqual(row['curator'], curator)
        self.assertIn(number, self.refctl('explain', number, '--json', site=SOCIAL))
        self.assertIn('offer-accepted',
                      [event['event'] for event in
                       self.answer('case', 'timeline', number, site=SOCIAL)['timeline']])
        self.refctl('outcome', number, 'kept-in-family', site=SOCIAL)
        self.refctl('status', site=SOCIAL)
        self.refctl('clock', 'accept', status=77, site=SCHOOL)


if __name__ == '__main__':
    unittest.main(verbosity=2)
