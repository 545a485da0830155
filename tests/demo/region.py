"""A region on this machine: configuration, keys, the broker, the agents of its sites, and refctl to speak to them.

Everything is done by the real programs; what this file knows of the region it reads from the configuration's
files (which sites have an agent, how things are called) or asks refctl.
"""

import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

SOCKET_PATH_MAX = 107
PATIENCE_S = 30


class Failure(Exception):
    """What the demonstration cannot go on without; its text is for a person."""


class Refused(Exception):
    """refctl ended with another status than 0."""

    def __init__(self, text, output):
        super().__init__(text)
        self.output = output


def wait_until(question, what):
    """Ask again until the answer is true; returns it. Every question goes through a process, so that it takes a
    while by itself."""
    until = time.monotonic() + PATIENCE_S
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > until:
            raise Failure(f'waited {PATIENCE_S} s in vain: {what}')


class Region:
    def __init__(self, programs, configuration, language):
        self.programs, self.language = programs, language
        self.running = {}  # name -> Popen
        self.folder = tempfile.mkdtemp(prefix='refdemo-', dir=short_folder())
        os.chmod(self.folder, 0o700)
        for name in os.listdir(configuration):
            source, target = f'{configuration}/{name}', f'{self.folder}/{name}'
            if name in ('keys', 'store') or name.startswith('.'):
                continue  # of somebody who tried the sample itself
            if os.path.isdir(source):
                shutil.copytree(source, target, ignore=shutil.ignore_patterns('store', 'run', 'drop'))
            else:
                shutil.copy(source, target)
        os.mkdir(f'{self.folder}/log')
        os.mkdir(f'{self.folder}/agents/run', 0o700)
        self.sites = sorted(os.path.basename(path)[:-5] for path in glob.glob(f'{self.folder}/agents/*.yaml'))
        self.titles, self.workers = read_directory(f'{self.folder}/directory')
        self.listen = None

    # -- set-up

    def make_keys(self):
        os.mkdir(f'{self.folder}/keys', 0o700)
        self.keygen('--broker')
        self.keygen('--region')
        for site in self.sites:
            self.keygen('--site', site, '--directory', f'{self.folder}/directory/95-keys.yaml')

    def keygen(self, *arguments):
        self.run_refctl('keygen', *arguments, '--out', f'{self.folder}/keys')

    def set_listen(self, endpoint):
        self.rewrite('broker.yaml', r'(?m)^listen: .*$', f'listen: {endpoint}')

    def set_endpoint(self, site, endpoint):
        self.rewrite(f'agents/{site}.yaml', r'(?m)^  endpoints: .*$', f'  endpoints: [{endpoint}]')

    def rewrite(self, name, pattern, text):
        path = f'{self.folder}/{name}'
        with open(path, encoding='utf-8') as file:
            before = file.read()
        after, count = re.subn(pattern, lambda _: text, before)
        if count != 1:
            raise Failure(f'{name}: nothing like {pattern}')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(after)

    # -- processes

    def start(self, name, program, path):
        """Start a daemon and wait for its READY line, which is returned."""
        log_path = f'{self.folder}/log/{name}.log'
        with open(log_path, 'ab') as log:
            process = subprocess.Popen([f'{self.programs}/{program}', path], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=log, start_new_session=True,
                                       encoding='utf-8')
        self.running[name] = process  # and with it the pipe, so that nobody who writes there is killed
        ready = process.stdout.readline()
        if not ready.startswith('READY'):
            process.kill()
            raise Failure(f'{name} ended with status {process.wait()}:\n{tail(log_path)}')
        return ready

    def start_broker(self):
        ready = self.start('broker', 'refbrokerd', f'{self.folder}/broker.yaml')
        self.listen = re.search(r'endpoint=(\S+)', ready).group(1)

    def start_agent(self, site):
        self.start(site, 'refagentd', f'{self.folder}/agents/{site}.yaml')

    def kill(self, name):
        """As a power cut would: no farewell, nothing tidied."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self, name):
        process = self.running.pop(name)
        process.terminate()
        try:
            status = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f'{name} did not stop') from None
        if status != 0:
            raise Failure(f'{name} ended with status {status}:\n{tail(f"{self.folder}/log/{name}.log")}')

    def check_alive(self):
        for name, process in self.running.items():
            if process.poll() is not None:
                raise Failure(f'{name} ended by itself, status {process.returncode}:\n'
                              f'{tail(f"{self.folder}/log/{name}.log")}')

    def fsck(self):
        """What refbrokerd fsck says of the stopped broker; None: all is well."""
        result = subprocess.run([f'{self.programs}/refbrokerd', 'fsck', f'{self.folder}/broker.yaml'],
                                capture_output=True, text=True, check=False)
        return None if result.returncode == 0 else result.stdout + result.stderr

    def close(self):
        for process in self.running.values():
            process.kill()
        for process in self.running.values():
            process.wait()
        self.running.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- refctl

    def run_refctl(self, *arguments):
        command = [f'{self.programs}/refctl', '--lang', self.language, *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False,
                                stdin=subprocess.DEVNULL)
        if result.returncode != 0:
            raise Refused(f'refctl {" ".join(arguments[:3])}…: {result.stderr.strip()}', result.stdout)
        return result.stdout

    def print_for(self, worker, *arguments):
        """What refctl prints for a worker, at the agent of the worker's site."""
        return self.run_refctl(*arguments, '--as', worker,
                               '--agent', f'{self.folder}/agents/{self.site_of(worker)}.yaml')

    def ask(self, worker, *arguments):
        return json.loads(self.print_for(worker, *arguments, '--json'))

    def rows(self, worker, *arguments):
        """Every row of a list."""
        answer = self.ask(worker, *arguments, '--limit', '0')
        return next(value for value in answer.values() if isinstance(value, list))

    # -- what the configuration says

    def people_of(self, site):
        with open(f'{self.folder}/agents/{site}.yaml', encoding='utf-8') as file:
            return re.findall(r'worker: ([a-z0-9-]+)\}', file.read())

    def of_role(self, role):
        """The workers of a role who have an agent, in the order of the sites."""
        return [worker for site in self.sites for worker in dict.fromkeys(self.people_of(site))
                if role in self.workers[worker][1]]

    def site_of(self, worker):
        return self.workers[worker][0]

    def title(self, code):
        return self.titles[code][self.language] if code in self.titles else code


def short_folder():
    """A folder whose sockets' paths stay short enough."""
    wanted = tempfile.gettempdir()
    longest = '/refdemo-xxxxxxxx/agents/run/social-novosibirsk-city-1.sock'
    return wanted if len(os.fsencode(wanted + longest)) <= SOCKET_PATH_MAX else '/tmp'


def closed_endpoint():
    """An endpoint where nobody listens."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return f'tcp://127.0.0.1:{probe.getsockname()[1]}'


def read_directory(folder):
    """The titles of everything by id; site and roles of workers. The files write one entry after a dash."""
    titles, workers = {}, {}
    entry = re.compile(r'- \{?id: ([a-z0-9-]+)((?:(?!- \{?id: )[\s\S])*)')
    for path in sorted(glob.glob(f'{folder}/*.yaml')):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        for code, rest in entry.findall(text):
            title = re.search(r'title: \{ru: "(.*?)", en: "(.*?)"\}', rest)
            place = re.search(r'site: ([a-z0-9-]+), roles: \[(.*?)\]', rest)
            if title:
                titles[code] = {'ru': title[1], 'en': title[2]}
            if place:
                workers[code] = (place[1], place[2].split(', '))
    return titles, workers


def tail(path, lines=8):
    with open(path, encoding='utf-8', errors='replace') as file:
        return ''.join(file.readlines()[-lines:])

