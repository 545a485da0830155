"""Rules about what the compiler made: symbols, and headers compiled alone."""

import concurrent.futures
import os
import re
import subprocess

from text_rules import any_match

HEADER_FLAGS = ['-std=c17', '-D_POSIX_C_SOURCE=200809L', '-Wall', '-Werror', '-fsyntax-only', '-I.']

# A line of objdump -t in a writable section; .data.rel.ro holds constant tables of pointers.
MUTABLE = re.compile(
    r'\S+ .{7} (\.(?:data|bss|tdata|tbss)(?!\.rel\.ro)\S*)\s+(\S+)\s+(?:\.hidden )?(\S+)$')


class Objects:
    """Symbols of the project's objects; keys are paths of sources."""

    def __init__(self, build, sources):
        self.defined, self.undefined = {}, {}
        objects = [(source, f'{build}/{source[:-2]}.o') for source in sources]
        self.unbuilt = [source for source, path in objects if not os.path.isfile(path)]
        self.paths = {path: source for source, path in objects if os.path.isfile(path)}
        for source in self.paths.values():
            self.defined[source], self.undefined[source] = set(), set()
        for line in self.tool('nm', '-A', '-g'):
            path, _, rest = line.partition(':')
            kind, symbol = rest.split()[-2:]
            where = self.undefined if kind in 'Uwv' else self.defined
            where[self.paths[path]].add(symbol)

    def tool(self, *command):
        if not self.paths:
            return []
        return subprocess.run([*command, *self.paths], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.splitlines()


def line_of(tree, source, word, defined=True):
    """The first line that defines the word (begins in column 1), or uses it (is indented)."""
    code = tree.code(source)
    word = re.escape(word)
    first = r'\w[^\n;]*' if defined else r'[ \t]+[^\n]*'
    match = (re.search(rf'^{first}\b{word}\b', code, re.MULTILINE) or
             re.search(rf'^[^\n]*\b{word}\b', code, re.MULTILINE))
    return code.count('\n', 0, match.start()) + 1 if match else 1


def stands_in(source, symbol):
    """The simulator stands before functions of the product and of libc (tests/sim/wraps.h, sync.h); one test before
    the allocator; the link before what libzmq waits with."""
    if (source, symbol) == ('base/link_epoll.c', 'epoll_wait'):
        return True
    if source == 'tests/unit/no_memory_test.c' and symbol in ('malloc', 'calloc', 'realloc'):
        return True
    return source.startswith('tests/sim/') and (
        symbol.startswith(('__wrap_', '__real_')) or symbol in ('fsync', 'fdatasync'))


def in_program(source):
    return not source.startswith('tests/')


# Found instead of a header of the system: included, but under that header's name.
STAND_INS = {'tests/coverage/assert.h', 'tests/coverage/unistd.h'}


def built_rule(tree):
    """built: every source is built by the Makefile and every header is included"""
    sources = subprocess.run(['make', '-s', 'sources'], check=True, text=True,
                             stdout=subprocess.PIPE).stdout.split()
    included = {name for source in tree.c_sources for _, name, _ in source.includes()}
    for source in tree.c_sources:
        if source.path.endswith('.c') and source.path not in sources:
            yield source.path, 1, 'the Makefile does not build it: move it to a known folder'
        if source.path.endswith('.h') and source.path not in included | STAND_INS:
            yield source.path, 1, 'nobody includes it: remove it'
    for source in tree.objects.unbuilt:
        if source in sources and in_program(source):
            yield source, 1, 'has no object: run make'


def header_rule(tree):
    """header: each header compiles alone, and twice"""
    def compile_alone(path):
        text = f'#include "{path}"\n#include "{path}"\n'
        done = subprocess.run(['gcc', *HEADER_FLAGS, f'-I{tree.build}', '-x', 'c', '-'], input=text,
                              text=True, stderr=subprocess.PIPE, check=False)
        said = re.search(r'^(\S+?):(\d+):\d+: (?:fatal )?error: (.*)$', done.stderr, re.MULTILINE)
        if done.returncode == 0:
            return
        where, line, message = said.groups() if said else (path, 1, done.stderr)
        yield where, int(line), f'{path} must compile alone: {message}'

    headers = [source.path for source in tree.c_sources if source.path.endswith('.h')]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for findings in pool.map(lambda path: list(compile_alone(path)), headers):
            yield from findings


def stems_of(header):
    """Its own, and its family's: store_record.h beside store.h may declare store_."""
    folder, stem = os.path.dirname(header), os.path.basename(header)[:-2]
    words = stem.split('_')
    families = ['_'.join(words[:count]) for count in range(1, len(words))]
    return [stem] + [family for family in families if os.path.isfile(f'{folder}/{family}.h')]


def stem_rule(tree):
    """stem: an external symbol begins with the stem of the header that declares it"""
    headers = [source for source in tree.c_sources if source.path.endswith('.h')]
    declared = {}
    for header in headers:
        for word in set(re.findall(r'\w+', header.code)):
            declared.setdefault(word, []).append(header.path)
    for source, symbols in tree.objects.defined.items():
        for symbol in sorted(symbols - {'main'}):
            stems = [stem for path in declared.get(symbol, []) for stem in stems_of(path)]
            if symbol.startswith('LLVMFuzzer') or stands_in(source, symbol) or any(
                    symbol == stem or symbol.startswith(stem + '_') for stem in stems):
                continue
            yield (source, line_of(tree, source, symbol),
                   f'{symbol}: declare it in a header whose stem it begins with, or make it static')


def unique_rule(tree):
    """unique: a symbol has one definition in the house"""
    seen = {}
    for source, symbols in sorted(tree.objects.defined.items()):
        for symbol in symbols - {'main', 'LLVMFuzzerTestOneInput'}:
            if symbol in seen:
                yield (source, line_of(tree, source, symbol),
                       f'{symbol} is defined in {seen[symbol]} too: rename one')
            seen[symbol] = source


def used_rule(tree):
    """used: an external symbol is used by another file or by a test"""
    used = set().union(*tree.objects.undefined.values())
    for source, symbols in tree.objects.defined.items():
        for symbol in sorted(symbols - used - {'main', 'LLVMFuzzerTestOneInput'}):
            if stands_in(source, symbol):
                continue
            yield source, line_of(tree, source, symbol), f'{symbol}: make it static, or remove it'


def globals_rule(tree):
    """globals: no variable of static storage changes (`mutable` of floors.txt)"""
    path = None
    for line in tree.objects.tool('objdump', '-t'):
        if ': ' in line and 'file format' in line:
            path = line.split(':')[0]
        match = MUTABLE.match(line)
        if not match or int(match.group(2), 16) == 0:
            continue
        source, symbol = tree.objects.paths[path], match.group(3).split('.')[0]
        if in_program(source) and not any_match(source, tree.floors.mutable):
            yield (source, line_of(tree, source, symbol, defined=False),
                   f'{symbol}: make it const, or give it to the module as its first argument')


def calls_rule(tree):
    """calls: the wall clock and the like have one place (`calls` of floors.txt)"""
    for source, symbols in tree.objects.undefined.items():
        for called, files in tree.floors.calls:
            for symbol in sorted(symbols & called):
                if not any_match(source, files):
                    yield (source, line_of(tree, source, symbol, defined=False),
                           f'{symbol} belongs to {" ".join(files)}')


def pure_rule(tree):
    """pure: the cores know no I/O, clock, randomness, allocation (`pure` of floors.txt)"""
    owner = {symbol: source for source, symbols in tree.objects.defined.items()
             for symbol in symbols}
    for source, symbols in tree.objects.undefined.items():
        if os.path.dirname(source) not in tree.floors.pure:
            continue
        for symbol in sorted(symbols):
            home = owner.get(symbol, '')
            if os.path.basename(home)[:-2] in tree.floors.pure_never:
                yield (source, line_of(tree, source, symbol, defined=False),
                       f'{symbol} does I/O: return an effect instead')
            elif not home and not any_match(symbol, tree.floors.pure_calls):
                yield (source, line_of(tree, source, symbol, defined=False),
                       f'{symbol} is not for a pure module (pure-calls in floors.txt)')


def hardened_rule(tree):
    """hardened: the programs of the default build are position-independent, bound at start, with guarded stacks"""
    programs = [f'{tree.build}/{name}' for name in ('refbrokerd', 'refagentd', 'refctl')]
    for program in filter(os.path.isfile, programs):
        text = subprocess.run(['readelf', '-W', '-h', '-l', '-d', program], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        for wanted, flag in ((r'Type:\s+DYN', '-pie'), (r'FLAGS.*\bNOW\b|BIND_NOW', '-z now'),
                             (r'GNU_RELRO', '-z relro'), (r'GNU_STACK.* RW ', '-z noexecstack')):
            if not re.search(wanted, text):
                yield program, 1, f'is not linked with {flag}: see flags.default in the Makefile'
        units = subprocess.run(['readelf', '-W', '--debug-dump=info', '--dwarf-depth=1', program],
                               check=True, text=True, stdout=subprocess.PIPE).stdout
        for producer in set(re.findall(r'DW_AT_producer.*: (GNU C.*)', units)):
            for flag in ('-fstack-protector-strong', '-fstack-clash-protection', '-fcf-protection',
                         '-fPIE'):
                if flag not in producer:
                    yield program, 1, f'holds code made without {flag}: see flags.default'


def tested_rule(tree):
    """tested: every module of the lower floors and the cores has its test"""
    folders = ('base', 'proto', 'policy', 'broker/core', 'broker/session', 'broker/store',
               'broker/journal', 'broker', 'agents/core', 'agents/store')
    covered = {}
    listing = 'tests/tidy/covered_by.txt'
    for number, line in enumerate(tree.text(listing).splitlines(), 1):
        words = line.split('#')[0].split()
        if not words:
            continue
        if len(words) != 2 or not all(os.path.isfile(word) for word in words):
            yield listing, number, 'write SOURCE TEST, both files of the tree'
            continue
        covered[words[0]] = words[1]
    for source in tree.c_sources:
        stem = os.path.basename(source.path)[:-2]
        tests = [f'tests/{part}/{stem}_test.c' for part in ('unit', 'contract')]
        if (source.path.endswith('.c') and os.path.dirname(source.path) in folders
                and source.path not in covered and not any(map(os.path.isfile, tests))):
            yield source.path, 1, f'write {tests[0]}, or name its test in {listing}'


RULES = [built_rule, header_rule, stem_rule, unique_rule, used_rule, globals_rule, calls_rule,
         pure_rule, hardened_rule, tested_rule]
