"""Forty marks for the personal fields of a form, and a search that finds them in whatever they may hide.

A mark is a text that stands nowhere else in the house. Every mark has one of a few STEMS in it; these are looked for as
they are written, in other cases and alphabets of bytes, and inside what people encode texts with: base64, hexadecimal,
escapes of JSON, C and URLs, Z85.
"""

import array
import base64
import os
import re
import subprocess
import tempfile
import urllib.parse

from zmq.utils import z85

COUNT = 40
GREP_BYTES = 1 << 14
PAGE_BYTES, CHUNK_BYTES, OVERLAP_BYTES = os.sysconf('SC_PAGE_SIZE'), 1 << 16, 256
WORD, NUMBER, PHONE = 'Канарейка', 'CANARY7731', '+7 000 773-14-29'
DATES = ('2019-02-13', '2014-09-27', '1991-08-23', '1988-12-17', '1957-05-29')
STEMS = (WORD, NUMBER, PHONE, *DATES, *('.'.join(reversed(date.split('-'))) for date in DATES))


def make():
    """-> ({field: mark}, the part of a form that carries them)"""
    marks = {}

    def mark(field, stem):
        marks[field] = f'{stem}{len(marks):02}' if stem in (WORD, NUMBER) else stem
        return marks[field]

    def person(who, born, **more):
        return {'surname': 'Примерова-' + mark(f'{who} surname', WORD), 'name': mark(f'{who} name', WORD),
                'patronymic': mark(f'{who} patronymic', WORD), 'born': mark(f'{who} born', born),
                'document': 'I-АБ ' + mark(f'{who} document', NUMBER), **more}

    facts = {
        'children': [person('child 1', DATES[0]), person('child 2', DATES[1])],
        'parents': [person('mother', DATES[2], role='mother'), person('father', DATES[3], role='father'),
                    person('guardian', DATES[4], role='guardian')],
        'contact': {'address': f'Сыктывкар, {mark("address", WORD)}, 1', 'phone': mark('phone', PHONE),
                    'note': f'Звонить после {mark("note", WORD)}.'},
        'circumstances': f'{mark("circumstances", WORD)}\nи ещё "{mark("circumstances, second line", WORD)}"\n',
        'health': f'{mark("health", WORD)}: кашель, {mark("health, second", WORD)}',
        'law': f'{mark("law", WORD)} \\ {mark("law, second", WORD)}',
        'documents': [{'title': mark(f'document {n} title', WORD), 'number': '№' + mark(f'document {n} number', NUMBER)}
                      for n in range(3)],
    }
    assert len(marks) == COUNT == len(set(marks.values()))
    return marks, facts


def inside(encode, group, least, text):
    """What of encode(text) does not depend on the bytes around it, wherever among them a group of bytes begins."""
    for offset in range(group):
        first = -offset % group
        last = first + (len(text) - first) // group * group
        if last - first >= least:
            yield encode(text[first:last])


def escapes(text):
    """As JSON, C, Python and URLs write what is not ASCII, with digits of both cases."""
    for digits in ('x', 'X'):
        yield ''.join(chr(one) if one < 128 else f'\\x{one:02{digits}}' for one in text.encode())
        yield ''.join(one if one.isascii() else f'\\u{ord(one):04{digits}}' for one in text)
    yield ''.join(chr(one) if one < 128 else f'\\{one:03o}' for one in text.encode())
    yield urllib.parse.quote(text, safe='')
    yield re.sub('%..', lambda found: found[0].lower(), urllib.parse.quote(text, safe=''))


def patterns(stem):
    """-> {bytes to look for}"""
    found = set()
    for text in {stem, stem.lower(), stem.upper()}:
        plain = text.encode()
        found |= {plain, text.encode('utf-16-le'), text.encode('utf-16-be'), text.encode('cp1251'), text.encode('koi8-r')}
        found |= {plain.hex().encode(), plain.hex().upper().encode(), plain.hex(' ').encode()}
        found |= {escaped.encode() for escaped in escapes(text)}
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found |= set(inside(encode, 3, 6, plain))
        found |= set(inside(z85.encode, 4, 4, plain))
    return found


def chunks(process, first, last):
    """What was ever written between two addresses: pieces, each with a little of what follows."""
    with open(f'/proc/{process}/mem', 'rb', buffering=0) as memory, \
            open(f'/proc/{process}/pagemap', 'rb', buffering=0) as pagemap:
        for at in range(first, last, CHUNK_BYTES):
            end = min(at + CHUNK_BYTES + OVERLAP_BYTES, last)
            pagemap.seek(at // PAGE_BYTES * 8)
            pages = array.array('Q', pagemap.read((end - at + PAGE_BYTES - 1) // PAGE_BYTES * 8))
            if any(page >> 62 for page in pages):  # in memory, or in the swap
                memory.seek(at)
                content = memory.read(end - at).strip(b'\0')
                yield content


class Search:
    """Each of its functions returns a list of what was found, with its place."""

    def __init__(self):
        self.patterns = sorted(set().union(*map(patterns, STEMS)))
        self.list = tempfile.NamedTemporaryFile(prefix='patterns-')  # pylint: disable=consider-using-with
        self.list.write(b'\n'.join(self.patterns))
        self.list.flush()

    def holds_any(self, content):
        """The same by grep, which is many times faster, and does not say what."""
        done = subprocess.run(['grep', '-q', '-a', '-F', '-f', self.list.name], input=content, check=False,
                              env={**os.environ, 'LC_ALL': 'C'})
        assert done.returncode in (0, 1)
        return done.returncode == 0

    def bytes(self, place, content):
        if len(content) > GREP_BYTES and not self.holds_any(content):
            return []
        return [f'{place}: ...{content[max(at - 60, 0):at + len(pattern) + 20].decode(errors="replace")}'
                for pattern in self.patterns if (at := content.find(pattern)) >= 0]

    def text(self, place, text):
        return self.bytes(place, text.encode('utf-8', 'surrogateescape'))

    def folder(self, folder, may_hold=lambda path: False):
        """Every file below it, and every name."""
        found = []
        for parent, folders, names in os.walk(folder):
            for name in names + folders:
                path = os.path.join(parent, name)
                if may_hold(path):
                    continue
                found += self.text(f'the name of {path}', name)
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, 'rb') as file:
                        found += self.bytes(path, file.read())
        return found

    def memory(self, process):
        """What a running process of ours has in its own pages."""
        written = []
        with open(f'/proc/{process}/maps', encoding='utf-8') as maps:
            for line in maps:
                words = line.split()
                own = len(words) < 6 or words[5] in ('[heap]', '[stack]')
                if not own or not words[1].startswith('rw'):
                    continue
                first, last = (int(address, 16) for address in words[0].split('-'))
                written += chunks(process, first, last)
        return self.bytes(f'memory of {process}', b''.join(written))

    def command_lines(self):
        """Of every process that we may look at."""
        found = []
        for process in filter(str.isdigit, os.listdir('/proc')):
            for name in ('cmdline', 'environ'):
                try:
                    with open(f'/proc/{process}/{name}', 'rb') as file:
                        found += self.bytes(f'{name} of {process}', file.read())
                except OSError:
                    continue  # it has ended, or is not ours
        return found
