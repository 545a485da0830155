"""A region's broker and its sites for the measurements: what tests/bench/run, peers and stored share."""

import glob
import json
import mmap
import os
import re
import shutil
import struct
import subprocess
import sys

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('REFBROKER_BUILD') or f'{ROOT}/build/default'
MORE_CURATORS = {'children-in-family': 75}  # at a site of the agency that most rules name first
MORE_ELSEWHERE = 12
TURNS = struct.Struct('<256Q')  # of turns_preload.c
STEP = 1.1                      # from one bucket of turns to the next


class Region:
    """The folder of config/novosibirsk with keys, more curators, and a store that can be begun anew."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(f'{ROOT}/config/novosibirsk', folder, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns('keys', 'store', 'run'))
        self.listen('tcp://127.0.0.1:*')
        rows = {'sites': [], 'workers': [], 'territories': [], 'agencies': []}
        for path in sorted(glob.glob(f'{folder}/directory/*.yaml')):
            with open(path, encoding='utf-8') as file:
                for name, values in (yaml.safe_load(file) or {}).items():
                    rows.setdefault(name, []).extend(values or [])
        self.write_curators(rows)
        self.write_sites(rows)
        os.mkdir(f'{folder}/keys', 0o700)
        self.keygen('--broker')
        self.keygen('--region')
        for site in rows['sites']:
            self.keygen('--site', site['id'], '--directory', f'{folder}/directory/95-keys.yaml')

    def listen(self, endpoint):
        path = f'{self.folder}/broker.yaml'
        with open(path, encoding='utf-8') as file:
            before = file.read()
        with open(path, 'w', encoding='utf-8') as file:
            file.write(re.sub(r'(?m)^listen: .*$', f'listen: {endpoint}', before))

    def keygen(self, *arguments):
        subprocess.run([f'{BUILD}/refctl', 'keygen', *arguments, '--out', f'{self.folder}/keys'], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def write_curators(self, rows):
        """Enough of them for 250 000 families."""
        sites, agencies = {}, {row['id']: row['agency'] for row in rows['sites']}
        for worker in rows['workers']:
            if 'case-curator' in worker['roles']:
                sites.setdefault(worker['site'], worker)
        with open(f'{self.folder}/directory/85-more-curators.yaml', 'w', encoding='utf-8') as file:
            print('workers:', file=file)
            for site, model in sites.items():
                for number in range(1, MORE_CURATORS.get(agencies[site], MORE_ELSEWHERE) + 1):
                    worker = dict(model, id=f'more-{site}-{number}'[:47], capacity=1000)
                    worker['title'] = {'ru': f'куратор, {site}, {number}', 'en': f'curator, {site}, {number}'}
                    print(f'  - {json.dumps(worker, ensure_ascii=False)}', file=file)

    def write_sites(self, rows):
        workers = {}
        for worker in rows['workers']:
            if 'specialist' in worker['roles']:
                workers.setdefault(worker['site'], worker['id'])
        parents = {row.get('parent') for row in rows['territories']}
        with open(f'{self.folder}/sites.txt', 'w', encoding='utf-8') as file:
            for row in rows['territories']:
                if row['id'] not in parents:
                    print('place', row['id'], '-', file=file)
            for site in sorted(rows['sites'], key=lambda site: site['id'] not in workers):
                print('site', site['id'], workers.get(site['id'], '-'), file=file)

    def begin_anew(self):
        shutil.rmtree(f'{self.folder}/store', ignore_errors=True)

    def bytes(self):
        """What the store takes on the disk."""
        return sum(os.stat(path).st_blocks * 512 for path in glob.glob(f'{self.folder}/store/**', recursive=True)
                   if os.path.isfile(path))


class Turns:
    """What turns_preload.c counts inside the broker."""

    def __init__(self, path):
        with open(path, 'wb') as file:
            file.write(bytes(TURNS.size))
        with open(path, 'r+b') as file:
            self.map = mmap.mmap(file.fileno(), TURNS.size)

    def read(self):
        return TURNS.unpack(self.map[:])


def turn_figures(before, after):
    """-> syncs and the length of turns between two readings"""
    syncs, *turns = (now - then for then, now in zip(before, after))
    count, most, seen, p99 = sum(turns), 0, 0, None
    for bucket, of_bucket in enumerate(turns):
        seen += of_bucket
        if of_bucket:
            most = bucket
        if p99 is None and seen >= count * 0.99:
            p99 = bucket
    return {'syncs': syncs, 'turns': count, 'turn_p99_us': round(STEP ** (p99 or 0)),
            'turn_most_us': round(STEP ** most)}


class Broker:
    def __init__(self, region, preloads=()):
        environment = dict(os.environ)
        if preloads:
            environment['LD_PRELOAD'] = ':'.join(f'{BUILD}/tests/bench/{name}_preload.so' for name in preloads)
        self.turns = Turns(f'{region.folder}/turns')
        environment['REFBROKER_TURNS'] = f'{region.folder}/turns'
        self.log = open(f'{region.folder}/broker.log', 'ab')
        self.process = subprocess.Popen([f'{BUILD}/refbrokerd', f'{region.folder}/broker.yaml'], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready = self.process.stdout.readline()
        if not ready.startswith('READY'):
            sys.exit(f'the broker did not start, see {region.folder}/broker.log')
        self.endpoint = re.search(r'endpoint=(\S+)', ready).group(1)

    def anonymous_bytes(self):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as file:
            return int(re.search(r'RssAnon:\s+(\d+) kB', file.read()).group(1)) * 1024

    def close(self):
        self.process.terminate()
        self.process.wait(300)
        self.log.close()


class Sites:
    """load_bench with the sites of a file; its referrals have numbers from `number` on."""

    def __init__(self, region, broker, sites='sites.txt', preloads=(), number=0):
        environment = dict(os.environ)
        if preloads:
            environment['LD_PRELOAD'] = ':'.join(f'{BUILD}/tests/bench/{name}_preload.so' for name in preloads)
        self.process = subprocess.Popen(
            [f'{BUILD}/tests/bench/load_bench', broker.endpoint, f'{region.folder}/keys/broker.pub',
             f'{region.folder}/keys', f'{region.folder}/{sites}', str(broker.process.pid), str(number)],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f'the sites ended with status {self.process.wait()}')
        return json.loads(line)

    def ask(self, load, referrals, seconds, first, families):
        agents, window = map(int, load.split('x'))
        print(agents, window, referrals, seconds, first, families, file=self.process.stdin, flush=True)

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


def measure(region, broker, sites, load, referrals, seconds, first, families):
    """-> the figures of one load: `referrals` or as many as `seconds` allow, of these families in turn"""
    before, turns = region.bytes(), broker.turns.read()
    sites.ask(load, referrals, seconds, first, families)
    sites.answer()  # all are stored
    figures = sites.answer()
    figures.update(turn_figures(turns, broker.turns.read()), load=load, anonymous_bytes=broker.anonymous_bytes(),
                   bytes_per_referral=round((region.bytes() - before) / figures['referrals']))
    return figures
