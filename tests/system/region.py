"""A whole region on this machine for tests: the folder of config/komi with keys of its own, and the programs on it.

Nothing waits for a while: a program is ready when it says so, and what it does is read from its log. A line of
level warn or above that no test asked for fails the test.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from agent import Agent, Keys
from proto import case_pb2 as case

BUILD = os.path.abspath(os.environ.get('REFBROKER_BUILD', 'build/default'))
ROOT = os.path.abspath(os.environ.get('REFBROKER_ROOT', '.'))
DEADLINE_S = 15
SITES = ('social-komi-1', 'centre-syktyvkar-1', 'centre-ezhva-1', 'centre-ukhta-1', 'guardianship-komi-1',
         'police-syktyvkar-1', 'school-syktyvkar', 'clinic-komi', 'mentors-1')
SPECIALIST = 'specialist-school-syktyvkar'
SURNAME = 'Примерова-17'
LOUD = re.compile(r'level=(warn|error|alarm) event=(\S+)')


def labels(risk=case.RISK_TZS, **changes):
    """Labels that go to a curator of centre-syktyvkar-1 without a check."""
    return case.Labels(**{
        'territory': 'syktyvkar', 'risk': risk, 'direction': case.DIRECTION_EARLY_DETECTION,
        'channel': case.CHANNEL_SPECIALIST, 'basis': case.LEGAL_BASIS_LEGAL_DUTY, 'needs': [case.NEED_HOUSEHOLD],
        'flags': [case.FLAG_PLACEMENT_RISK], 'ages': [case.AGE_4_6], 'children': 1, **changes})


def facts(name='Аня', surname=SURNAME):
    """A family that does not exist, with every section."""
    return case.Facts(
        persons=[case.Person(role=case.PERSON_CHILD, surname=surname, name=name, patronymic='Тестовна',
                             born='2021-04-03'),
                 case.Person(role=case.PERSON_MOTHER, surname=surname, name='Мария', patronymic='Тестовна',
                             born='1996-02-01')],
        address='Сыктывкар, Пробная, 1', phone='+7 000 000-00-00', circumstances='Дома холодно.',
        health='Кашель.', law='Учёт.', documents=[case.Paper(title='Акт', number='17')])


class NotReady(AssertionError):
    """A daemon that ended instead; args: why, its exit status."""


class Program:
    """A daemon: its READY line, its log, its end."""

    def __init__(self, *command, cwd=None, env=None):
        self.process = subprocess.Popen(command, cwd=cwd, env={**os.environ, **(env or {})},
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, encoding='utf-8')
        self.lines, self.read_to, self.expected = [], 0, set()
        self.news = threading.Condition()
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()
        self.ready = self.process.stdout.readline()
        if not self.ready.startswith('READY '):
            status = self.ended()
            raise NotReady(f'{command}: not ready, status {status}: {self.log()}', status)

    def read_log(self):
        for line in self.process.stderr:
            with self.news:
                self.lines.append(line.rstrip('\n'))
                self.news.notify_all()

    def log(self):
        return '\n'.join(self.lines)

    def value(self, name):
        return re.search(rf'\b{name}=(\S+)', self.ready).group(1)

    def expects(self, *events):
        """These may be logged as warnings or errors."""
        self.expected.update(events)

    def wait_for(self, event, *parts):
        """The next line of this event, with these parts in it, after the one that was found before."""
        self.expected.add(event)
        deadline = time.monotonic() + DEADLINE_S
        with self.news:
            while True:
                for at in range(self.read_to, len(self.lines)):
                    line = self.lines[at]
                    if f'event={event} ' in f'{line} ' and all(part in line for part in parts):
                        self.read_to = at + 1
                        return line
                left_s = deadline - time.monotonic()
                assert left_s > 0 and self.news.wait(left_s), f'no event={event} {parts} in:\n{self.log()}'

    def signal(self, number):
        self.process.send_signal(number)

    def ended(self):
        """-> exit status, when it has ended and all of its log is here"""
        status = self.process.wait(DEADLINE_S)
        self.reader.join(DEADLINE_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.ended()

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.ended()

    def end_unwell(self):
        """After SIGTERM: what is wrong with its end, '' when nothing is."""
        try:
            status = self.ended()
        except subprocess.TimeoutExpired:
            self.kill()
            return 'does not end'
        return '' if status == 0 else f'ended with status {status}'

    def unexpected(self):
        return [line for line in self.lines if (loud := LOUD.search(line)) and loud[2] not in self.expected]


class Region:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='region-')
        shutil.copytree(f'{ROOT}/config/komi', self.folder, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns('keys', 'store'))
        self.edit('broker.yaml', ':7561', ':*')
        self.refctl('keygen', '--broker', '--out', 'keys')
        self.refctl('keygen', '--region', '--out', 'keys')
        for site in SITES:
            self.refctl('keygen', '--site', site, '--out', 'keys', '--directory', 'directory/90-keys.yaml')
        self.broker, self.env, self.agents, self.programs = None, None, [], []
        self.expected = {'configuration_warning'}  # not every site of the region has keys here

    def path(self, name):
        return f'{self.folder}/{name}'

    def read(self, name):
        with open(self.path(name), encoding='utf-8') as file:
            return file.read()

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)

    def edit(self, name, old, new):
        text = self.read(name)
        assert old in text, f'{old!r} is not in {name}'
        self.write(name, text.replace(old, new))

    def refctl(self, *arguments):
        return self.run('refctl', *arguments)

    def run(self, program, *arguments):
        """A program that ends by itself: -> (exit status, output, errors)"""
        done = subprocess.run([f'{BUILD}/{program}', *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, encoding='utf-8', timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def expects(self, *events):
        """Every broker that starts from now on may log these as warnings or worse."""
        self.expected.update(events)

    def start(self):
        self.broker = Program(f'{BUILD}/refbrokerd', '--log-level', 'debug', self.path('broker.yaml'),
                              env=self.env)
        self.broker.expects(*self.expected)
        self.programs.append(self.broker)
        self.endpoint = self.broker.value('endpoint')
        return self.broker

    def restart(self):
        """Start again where the agents look for it."""
        self.edit('broker.yaml', self.read_listen(), self.endpoint)
        return self.start()

    def read_listen(self):
        return re.search(r'^listen: (\S+)', self.read('broker.yaml'), re.MULTILINE).group(1)

    def reload(self, event='configuration_adopted'):
        self.broker.read_to = len(self.broker.lines)
        self.broker.signal(signal.SIGHUP)
        return self.broker.wait_for(event)

    def assert_nowhere(self, folder, *texts):
        """None of the texts stands in any file below the folder."""
        for parent, _, names in os.walk(self.path(folder)):
            for name in names:
                with open(f'{parent}/{name}', 'rb') as file:
                    content = file.read()
                for text in texts:
                    assert text.encode() not in content, f'{text} is in {parent}/{name}'

    def agent(self, site, store=None, keys=None):
        agent = Agent(keys or Keys(self.path('keys'), site), self.endpoint, store)
        self.agents.append(agent)
        return agent

    def close(self):
        """-> lines of level warn or above that nobody expected, and of who does not end well when asked to"""
        for agent in self.agents:
            agent.close()
        running = [program for program in self.programs if program.process.poll() is None]
        for program in running:
            program.signal(signal.SIGTERM)
        unwell = [f'{program.ready.strip()}: {why}' for program in running if (why := program.end_unwell())]
        shutil.rmtree(self.folder, ignore_errors=True)
        return unwell + [line for program in self.programs for line in program.unexpected()]
