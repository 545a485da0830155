"""Files of the project, and C text as the rules want to see it."""

import bisect
import os
import re

SKIPPED_FOLDERS = {'.git', 'build', '__pycache__'}
COMMENT_OR_LITERAL = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
DIRECTIVE = re.compile(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.MULTILINE)
NOT_NEWLINE = re.compile(r'[^\n]')


def project_files():
    """Paths from the root, sorted; whether git knows them or not."""
    found = []
    for folder, folders, names in os.walk('.'):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        found += [os.path.normpath(os.path.join(folder, name)) for name in names]
    return sorted(path for path in found if os.path.isfile(path))


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def blank(match):
    return NOT_NEWLINE.sub(' ', match.group())


class CSource:
    """raw: as it stands; code: comments, literals and directives are blanks of the same size."""

    def __init__(self, path):
        self.path = path
        self.raw = read(path)
        self.lines = self.raw.splitlines()
        self.code = DIRECTIVE.sub(blank, COMMENT_OR_LITERAL.sub(blank, self.raw))
        self.line_starts = [0] + [match.end() for match in re.finditer('\n', self.raw)]

    def line_at(self, offset):
        return bisect.bisect_right(self.line_starts, offset)

    def includes(self):
        """(line, name, is_system)"""
        for number, line in enumerate(self.lines, 1):
            match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
            if match:
                yield number, match.group(2), match.group(1) == '<'

    def functions(self):
        """(first line, name, parameters, lines of the body, code of the body, its offset).
        Relies on the format: a body begins and ends with a brace in column 1."""
        for match in re.finditer(r'^\{\n(.*?)^\}', self.code, re.DOTALL | re.MULTILINE):
            head_end = match.start()
            head_start = max(self.code.rfind(end, 0, head_end) for end in ';}') + 1
            head = self.code[head_start:head_end]
            named = re.search(r'(\w+)\s*\((.*)\)\s*$', head, re.DOTALL)
            if named:
                line = self.line_at(head_start + named.start(1))
                body = match.group(1)
                yield (line, named.group(1), parameter_count(named.group(2)), body.count('\n'),
                       body, match.start(1))


def parameter_count(text):
    """Commas outside brackets; `void` and nothing are none, and what a format takes is not counted."""
    text = re.sub(r',\s*\.\.\.\s*$', '', text)
    if text.strip() in ('', 'void'):
        return 0
    depth, count = 0, 1
    for character in text:
        depth += (character in '([{') - (character in ')]}')
        count += character == ',' and depth == 0
    return count


def after_parentheses(code, start):
    """Offset behind the parenthesis that closes the first one at or behind start."""
    depth = 0
    for offset in range(code.index('(', start), len(code)):
        depth += (code[offset] == '(') - (code[offset] == ')')
        if depth == 0:
            return offset + 1
    return len(code)
