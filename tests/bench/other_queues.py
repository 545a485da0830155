"""What a user would pick instead, started on the loopback with data in a folder of ours: PostgreSQL, RabbitMQ, Redis,
beanstalkd. No service of the system and none of its data is touched."""

import contextlib
import glob
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from region_load import BUILD, ROOT

PACKAGES = {'postgresql-15': '/usr/lib/postgresql/15/bin/postgres', 'rabbitmq-server': '/usr/lib/rabbitmq/bin/rabbitmq-server',
            'redis-server': '/usr/bin/redis-server', 'beanstalkd': '/usr/bin/beanstalkd'}
POSTGRES = '/usr/lib/postgresql/15/bin'
LABELS_BYTES, SEALED_BYTES, KEYS_BYTES = 120, 512, 64
MESSAGE_BYTES = LABELS_BYTES + SEALED_BYTES + KEYS_BYTES
TERRITORIES, CURATORS_EACH, FAMILIES_KNOWN = 46, 13, 60_000
POSTGRES_SETTINGS = {'fsync': 'on', 'synchronous_commit': 'on', 'full_page_writes': 'on', 'wal_level': 'replica',
                     'shared_buffers': '1GB', 'wal_buffers': '16MB', 'max_wal_size': '8GB', 'checkpoint_timeout': '15min',
                     'max_connections': '300', 'autovacuum': 'on', 'jit': 'off', 'ssl': 'off',
                     'listen_addresses': '127.0.0.1'}
REDIS_SETTINGS = {'appendonly': 'yes', 'appendfsync': 'always', 'save': '', 'auto-aof-rewrite-percentage': '0',
                  'bind': '127.0.0.1'}
RABBITMQ_SETTINGS = 'one durable quorum queue of one node, persistent messages, publisher confirms, no plugins'


def install_missing():
    missing = [name for name, path in PACKAGES.items() if not os.path.exists(path)]
    if not missing:
        return
    install = 'apt-get install -y --no-install-recommends ' + ' '.join(missing)
    if os.geteuid() != 0:
        sys.exit(f'bench-peers needs packages that are not here; as root: {install}')
    print(f'bench-peers: {install}', flush=True)
    guard = '/usr/sbin/policy-rc.d'  # so that the packages do not start their services
    ours = not os.path.exists(guard)
    if ours:
        with open(guard, 'w', encoding='ascii') as file:
            file.write('#!/bin/sh\nexit 101\n')
        os.chmod(guard, 0o755)
    try:
        environment = dict(os.environ, DEBIAN_FRONTEND='noninteractive')
        subprocess.run(['apt-get', 'update', '-q'], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(install.split(), check=True, env=environment, stdout=subprocess.DEVNULL)
    finally:
        if ours:
            os.remove(guard)


def versions():
    told = subprocess.run(['dpkg-query', '-W', '-f', '${Package} ${Version}\n', *PACKAGES, 'libzmq5', 'liblmdb0'],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    return dict(line.split() for line in told.splitlines())


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def await_port(port, process, patience_s=60):
    """Until the port is served; its process may end meanwhile, which is an error."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(('127.0.0.1', port)) == 0:
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    sys.exit(f'{process.args[0]} does not serve its port')


def start(command, folder, environment=None):
    log = open(f'{folder}/log', 'ab')
    return subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                            start_new_session=True)


def end_group(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def processes(server):
    """-> (pid, processor seconds) of a server and of all that it started"""
    for path in glob.glob('/proc/[0-9]*/stat'):
        try:
            with open(path, encoding='utf-8', errors='replace') as file:
                pid, _, rest = file.read().partition(' ')
        except OSError:
            continue  # it has just ended
        fields = rest.rpartition(')')[2].split()
        if server.pid in (int(pid), int(fields[1]), int(fields[3])):  # itself, its child, of its session
            yield int(pid), sum(map(int, fields[11:15])) / os.sysconf('SC_CLK_TCK')


def cpu_s(server):
    return sum(seconds for _, seconds in processes(server))


def halt(server, number=signal.SIGSTOP):
    """So that it does nothing while others are measured."""
    for pid, _ in processes(server):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def go_on(server):
    halt(server, signal.SIGCONT)


class Queue:
    """One that peer_bench speaks to; for each load begun anew with an empty folder."""

    def __init__(self, name, folder):
        self.name, self.folder = name, f'{folder}/{name}'

    def open(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.mkdir(self.folder)
        self.port = free_port()
        self.process = start(self.command(), self.folder)
        await_port(self.port, self.process)

    def close(self):
        end_group(self.process)
        shutil.rmtree(self.folder)

    def command(self):
        if self.name == 'beanstalkd':
            return ['beanstalkd', '-l', '127.0.0.1', '-p', str(self.port), '-b', self.folder, '-f0']
        return ['redis-server', '--port', str(self.port), '--dir', self.folder,
                *(word for name, value in REDIS_SETTINGS.items() for word in (f'--{name}', value))]

    def run(self, load, seconds):
        self.open()
        figures = drive(self, load, seconds)
        self.close()
        return figures


def drive(queue, load, seconds):
    clients, window = load.split('x')
    before = cpu_s(queue.process)
    told = subprocess.run([f'{BUILD}/tests/bench/peer_bench', queue.name, str(queue.port), clients, window, str(seconds),
                           str(MESSAGE_BYTES)], stdout=subprocess.PIPE, check=True, text=True, timeout=seconds + 60)
    figures = json.loads(told.stdout)
    figures['cpu_s_per_100000'] = round((cpu_s(queue.process) - before) * 1e5 / (figures['per_s'] * (seconds + 0.5)), 2)
    return figures


class RabbitMQ:
    """Slow to start: kept, and halted while others are measured."""
    name = 'rabbitmq'

    def __init__(self, folder):
        self.folder = f'{folder}/rabbitmq'
        os.mkdir(self.folder)
        self.port, names = free_port(), str(free_port())
        self.names = start(['epmd', '-port', names, '-address', '127.0.0.1'], self.folder)
        environment = dict(
            os.environ, HOME=self.folder, RABBITMQ_NODENAME='bench@localhost', RABBITMQ_NODE_IP_ADDRESS='127.0.0.1',
            RABBITMQ_NODE_PORT=str(self.port), RABBITMQ_DIST_PORT=str(free_port()), ERL_EPMD_PORT=names,
            ERL_EPMD_ADDRESS='127.0.0.1', RABBITMQ_MNESIA_BASE=f'{self.folder}/data', RABBITMQ_LOG_BASE=f'{self.folder}/logs',
            RABBITMQ_CONF_ENV_FILE='/dev/null', RABBITMQ_CONFIG_FILE=f'{self.folder}/rabbitmq.conf',
            RABBITMQ_ENABLED_PLUGINS_FILE=f'{self.folder}/plugins', RABBITMQ_PID_FILE=f'{self.folder}/pid')
        self.process = start(['/usr/lib/rabbitmq/bin/rabbitmq-server'], self.folder, environment)
        await_port(self.port, self.process)
        halt(self.process)

    def run(self, load, seconds):
        go_on(self.process)
        figures = drive(self, load, seconds)
        halt(self.process)
        return figures

    def close(self):
        end_group(self.process)
        end_group(self.names)


REFER = r'''\set number :number + 1
\set id :base + :client_id * 16777216 + :number
\set territory random(1, {territories})
\set family {family}
SELECT refer(:id::bigint, :territory::int, :family::bigint, :labels::text, :sealed::text);
'''
NEW, KNOWN = ':id', f'random(1, {FAMILIES_KNOWN})'
DELIVER_ONE = 'SELECT deliver(:territory::int, 1);\n'
DELIVER_SOME = r'''\set site random(1, {territories})
SELECT deliver(:site::int, 64) AS taken \gset
\if :taken = 0
SELECT pg_sleep(0.002);
\endif
'''


class PostgreSQL:
    """Kept for all rounds, and halted while others are measured."""

    def __init__(self, folder):
        self.folder = f'{folder}/postgresql'
        os.mkdir(self.folder)
        self.port, self.phase = free_port(), 0
        self.drop = []
        if os.geteuid() == 0:  # it refuses to run as root
            user = pwd.getpwnam('postgres')
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.drop = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
        subprocess.run([*self.drop, f'{POSTGRES}/initdb', '-D', f'{self.folder}/data', '-U', 'bench', '-A', 'trust', '-E', 'UTF8',
                        '--locale=C'], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)
        settings = [word for name, value in POSTGRES_SETTINGS.items() for word in ('-c', f'{name}={value}')]
        self.process = start([*self.drop, f'{POSTGRES}/postgres', '-D', f'{self.folder}/data', '-p', str(self.port),
                              '-k', self.folder, *settings], self.folder)
        await_port(self.port, self.process)
        with open(f'{ROOT}/tests/bench/referral.sql', encoding='utf-8') as file:
            self.ask(file.read())
        for name, text in {'new': REFER.format(territories=TERRITORIES, family=NEW),
                           'known': REFER.format(territories=TERRITORIES, family=KNOWN),
                           'cycle': REFER.format(territories=TERRITORIES, family=NEW) + DELIVER_ONE,
                           'some': DELIVER_SOME.format(territories=TERRITORIES)}.items():
            with open(f'{self.folder}/{name}.sql', 'w', encoding='ascii') as file:
                file.write(text)

    def ask(self, text):
        return subprocess.run(['psql', '-h', '127.0.0.1', '-p', str(self.port), '-U', 'bench', '-d', 'postgres', '-X', '-q', '-t',
                               '-A', '-v', 'ON_ERROR_STOP=1'], input=text, stdout=subprocess.PIPE, check=True,
                              text=True).stdout.strip()

    def begin_anew(self):
        """Empty tables, but for the families that are known and the curators."""
        go_on(self.process)
        self.ask('TRUNCATE curator, family, family_key, referral, assignment, outbox;'
                 f'INSERT INTO curator SELECT n, n % {TERRITORIES} + 1, 0, 100000'
                 f'    FROM generate_series(1, {TERRITORIES * CURATORS_EACH}) n;'
                 f'INSERT INTO family SELECT n, n % {TERRITORIES * CURATORS_EACH} + 1, n % {TERRITORIES} + 1, now()'
                 f'    FROM generate_series(1, {FAMILIES_KNOWN}) n;'
                 f'INSERT INTO family_key SELECT unnest(keys_of(n)), n FROM generate_series(1, {FAMILIES_KNOWN}) n;'
                 'VACUUM ANALYZE; CHECKPOINT;')
        halt(self.process)

    def bench(self, script, clients, seconds):
        """-> pgbench started"""
        self.phase += 1
        return subprocess.Popen(
            [f'{POSTGRES}/pgbench', '-h', '127.0.0.1', '-p', str(self.port), '-U', 'bench', '-n', '-M', 'prepared', '-c', str(clients),
             '-j', str(min(clients, 2)), '-T', str(seconds), '-f', f'{self.folder}/{script}.sql', '-l',
             '--log-prefix', f'{self.folder}/{script}', '-D', f'base={self.phase << 40}', '-D', 'number=0',
             '-D', f'labels={text(LABELS_BYTES)}', '-D', f'sealed={text(SEALED_BYTES)}', 'postgres'],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self, process, script):
        """-> transactions a second, their times in order, the client's processor time"""
        told = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        rate = re.search(r'tps = ([0-9.]+)', told)
        if status != 0 or rate is None:
            sys.exit(f'pgbench: {told}')
        times = []
        for path in glob.glob(f'{self.folder}/{script}.*[0-9]'):
            with open(path, encoding='ascii') as file:
                times += [int(line.split()[2]) for line in file]
            os.remove(path)
        return float(rate.group(1)), sorted(times), usage.ru_utime + usage.ru_stime

    def refer(self, script, clients, seconds):
        go_on(self.process)
        before = cpu_s(self.process)
        rate, times, client_s = self.finish(self.bench(script, clients, seconds), script)
        figures = {'per_s': round(rate), 'stored_p50_us': times[len(times) // 2], 'stored_p99_us': times[len(times) * 99 // 100],
                   'client_cpu': round(client_s / seconds, 3), 'clients': clients,
                   'cpu_s_per_100000': round((cpu_s(self.process) - before) * 1e5 / len(times), 2)}
        self.ask('CHECKPOINT')
        halt(self.process)
        return figures

    def cycle(self, clients, seconds, batches):
        """Referring and delivering at once. `batches`: four consumers take up to 64 lines each time; else each client
        delivers one line in a transaction of its own after each referral."""
        go_on(self.process)
        self.ask('TRUNCATE outbox')
        script = 'new' if batches else 'cycle'
        consumers = self.bench('some', 4, seconds) if batches else None
        rate, _, client_s = self.finish(self.bench(script, clients, seconds), script)
        if consumers:
            client_s += self.finish(consumers, 'some')[2]
        delivered = int(self.ask('SELECT count(*) FROM outbox WHERE delivered'))
        self.ask('CHECKPOINT')
        halt(self.process)
        return {'per_s': round(delivered / seconds), 'referrals_per_s': round(rate), 'clients': clients,
                'client_cpu': round(client_s / seconds, 3)}

    def close(self):
        end_group(self.process)


def text(size):
    """Letters that do not repeat."""
    state, letters = 1, []
    for _ in range(size):
        state = (state * 6364136223846793005 + 1) & (1 << 64) - 1
        letters.append(chr(ord('A') + (state >> 40) % 26))
    return ''.join(letters)
