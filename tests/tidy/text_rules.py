"""Rules that need only the text of the sources. A finding is (path, line, what to do)."""

import concurrent.futures
import fnmatch
import os
import re
import subprocess

from source_text import after_parentheses

FUNCTION_LINES_MAX = 70
MAIN_LINES_MAX = 80
PARAMETERS_MAX = 5
NESTING_MAX = 3
FILE_LINES_MAX = 600
BATCH = 16  # files a process of clang-format

BANNED = {
    'strcpy': 'copy with a bound: memcpy of a known size, or bytes',
    'strcat': 'build text with snprintf into a bounded buffer',
    'sprintf': 'use snprintf', 'vsprintf': 'use vsnprintf',
    'strtok': 'cut with strcspn and strspn, or bytes',
    'atoi': 'use strtol and check what it says', 'atol': 'use strtol and check what it says',
    'gets': 'use fgets', 'system': 'start a process with posix_spawn, without a shell',
    'alloca': 'use the arena', 'strncpy': 'copy with memcpy of a known size',
}
SLEEPS = re.compile(r'\b(sleep|usleep|nanosleep|time\.sleep)\b\s*[\d(]')
VAGUE_NAMES = {'util', 'utils', 'common', 'helper', 'helpers', 'misc', 'stuff', 'types', 'manager'}
UNFINISHED = re.compile(r'\b(FIXME|TODO|XXX)\b')
TEXT_ENDINGS = ('.c', '.h', '.proto', '.py', '.sh', '.md', '.yaml', '.txt', 'Makefile', '.js',
                '.css', '.html')
# Headers of C17 and POSIX, and of glibc where POSIX has nothing: always allowed.
PLATFORM_HEADERS = re.compile(
    r'(assert|ctype|dirent|dlfcn|errno|fcntl|float|getopt|inttypes|iso646|limits|locale|libintl|math|'
    r'poll|pwd|grp|setjmp|signal|spawn|stdalign|stdarg|stdbool|stddef|stdint|stdio|stdlib|string|'
    r'strings|syslog|termios|time|unistd|wchar|wctype|argp|langinfo|ftw|glob|fnmatch|netdb|'
    r'(sys|net|netinet|arpa|linux)/\w+)\.h')


def format_rule(tree):
    """format: clang-format says nothing"""
    def check(paths):
        return subprocess.run(['clang-format', '--dry-run', *paths], stderr=subprocess.PIPE,
                              text=True, check=False).stderr

    paths = [source.path for source in tree.c_sources]
    batches = [paths[first:first + BATCH] for first in range(0, len(paths), BATCH)]
    seen = set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = ''.join(pool.map(check, batches))
    for path, line in re.findall(r'^(\S+?):(\d+):\d+: warning', said, re.MULTILINE):
        if path not in seen:
            yield path, int(line), f'run clang-format -i {path}'
        seen.add(path)
    if said and not seen:
        yield '.clang-format', 1, said.splitlines()[0]


def head_rule(tree):
    """head: a file begins with a comment that says what it is"""
    for source in tree.c_sources:
        if not source.raw.startswith('/*'):
            yield source.path, 1, 'begin with a comment: what this is, what it hides'


def size_rule(tree):
    """size: functions and files that fit in a head"""
    for source in tree.c_sources:
        if source.path.endswith('.c') and len(source.lines) > FILE_LINES_MAX:
            yield (source.path, FILE_LINES_MAX,
                   f'{len(source.lines)} lines, at most {FILE_LINES_MAX}: split by noun')
        for line, name, parameters, lines, _, _ in source.functions():
            limit = MAIN_LINES_MAX if name == 'main' else FUNCTION_LINES_MAX
            if lines > limit:
                yield (source.path, line,
                       f'{name} has {lines} lines, at most {limit}: move straight work to a leaf')
            if parameters > PARAMETERS_MAX:
                yield (source.path, line,
                       f'{name} takes {parameters} parameters, at most {PARAMETERS_MAX}: '
                       'pass a struct')


def nesting_rule(tree):
    """nesting: at most 3 blocks inside one another"""
    for source in tree.c_sources:
        for _, name, _, _, body, start in source.functions():
            blocks = []
            for match in re.finditer(r'[{}]', body):
                if match.group() == '}':
                    blocks and blocks.pop()
                    continue
                # `(struct x){` and `= {` are values; a block has a blank before its brace
                blocks.append(re.search(r'(\)|else|do|:) $', body[:match.start()][-8:]) is not None)
                if blocks[-1] and sum(blocks) == NESTING_MAX + 1:
                    yield (source.path, source.line_at(start + match.start()),
                           f'{name} nests deeper than {NESTING_MAX}: return early or cut a leaf')
                    break


def braces_rule(tree):
    """braces: always, even around one statement"""
    for source in tree.c_sources:
        for match in re.finditer(r'\b(if|for|while|switch|else|do)\b', source.code):
            word, end = match.group(), match.end()
            if word in ('if', 'for', 'while', 'switch'):
                if not source.code[end:].lstrip().startswith('('):
                    continue
                end = after_parentheses(source.code, end)
            rest = source.code[end:end + 400].lstrip()
            ends_do = word == 'while' and re.search(r'\}\s*$', source.code[:match.start()])
            if rest.startswith('{') or (word == 'else' and re.match(r'if\b', rest)) or (
                    ends_do and rest.startswith(';')):
                continue
            yield source.path, source.line_at(match.start()), f'put braces behind `{word}`'


def banned_rule(tree):
    """banned: calls that cannot be used safely"""
    names = re.compile(r'(?<![\w.>])(' + '|'.join(BANNED) + r')\s*\(')
    for source in tree.c_sources:
        for match in names.finditer(source.code):
            name = match.group(1)
            yield source.path, source.line_at(match.start()), f'{name}: {BANNED[name]}'


def sleep_rule(tree):
    """sleep: tests wait for an event, never for a while"""
    for path in tree.files:
        if not path.startswith('tests/') or path.startswith('tests/tidy/'):
            continue
        if path.endswith(('.c', '.h', '.py', '.sh')) or path == 'tests/run':
            for number, line in enumerate(tree.text(path).splitlines(), 1):
                if SLEEPS.search(line):
                    yield path, number, 'turn the manual clock, or wait for a line or a frame'


def unfinished_rule(tree):
    """unfinished: no notes to oneself"""
    for path in tree.files:
        if path.endswith(TEXT_ENDINGS) and not path.startswith('tests/tidy/'):
            for number, line in enumerate(tree.text(path).splitlines(), 1):
                if UNFINISHED.search(line):
                    yield path, number, 'finish it or drop it'


def blanks_rule(tree):
    """blanks: no tabs, no blanks at line ends, a newline at the end of a file"""
    for path in tree.files:
        if not path.endswith(('.py', '.sh', '.yaml', '.proto')):
            continue
        if path.startswith('tests/golden/policy/P0'):
            continue  # examples of files that are wrong, blanks among them
        text = tree.text(path)
        for number, line in enumerate(text.splitlines(), 1):
            if line != line.rstrip() or '\t' in line:
                yield path, number, 'remove the tab or the blank at the end'
        if text and not text.endswith('\n'):
            yield path, text.count('\n') + 1, 'end the file with a newline'


def names_rule(tree):
    """names: a file is named by its noun"""
    for path in tree.files:
        stem = os.path.basename(path).split('.')[0]
        if stem in VAGUE_NAMES and path.endswith(('.c', '.h', '.py', '.sh')):
            yield path, 1, f'"{stem}" is not a noun of this house: name what it holds'


def any_match(path, patterns):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def floors_rule(tree):
    """floors: an include points down, a vendor's header has one wrapper (floors.txt)"""
    for source in tree.c_sources:
        folder = os.path.dirname(source.path)
        allowed = tree.floors.folders_below(folder)
        if allowed is None:
            yield source.path, 1, f'give {folder} a line "floor" in tests/tidy/floors.txt'
            continue
        for line, name, is_system in source.includes():
            wrappers = tree.floors.wrappers(name)
            if wrappers is not None:
                if not any_match(source.path, wrappers):
                    yield source.path, line, f'{name} belongs to {" ".join(wrappers)}'
            elif is_system and not PLATFORM_HEADERS.fullmatch(name):
                yield source.path, line, f'give {name} a line "vendor" in tests/tidy/floors.txt'
            elif not is_system and not name.endswith('.pb-c.h'):
                if not os.path.isfile(name):
                    yield source.path, line, f'write the path of {name} from the root'
                elif not any_match(os.path.dirname(name), allowed):
                    yield (source.path, line,
                           f'{folder} may not include {os.path.dirname(name)} (floors.txt)')


RULES = [format_rule, head_rule, size_rule, nesting_rule, braces_rule, banned_rule, sleep_rule,
         unfinished_rule, blanks_rule, names_rule, floors_rule]
