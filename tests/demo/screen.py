"""What is printed: headings, wrapped text, tables, bars; on a terminal with colours and a line that is redrawn."""

import os
import shutil
import sys
import textwrap


class Screen:
    def __init__(self, out):
        self.out = out
        self.is_terminal = out.isatty() and os.environ.get('TERM', 'dumb') != 'dumb'
        columns = shutil.get_terminal_size((80, 24)).columns if self.is_terminal else 80
        self.width = max(60, min(columns, 100)) - 1
        self.colored = self.is_terminal and 'NO_COLOR' not in os.environ
        self.is_live = False

    def paint(self, text, code):
        return f'\033[{code}m{text}\033[0m' if self.colored else text

    def bold(self, text):
        return self.paint(text, '1')

    def dim(self, text):
        return self.paint(text, '2')

    def line(self, text=''):
        if self.is_live:
            self.out.write('\r\033[K')
            self.is_live = False
        self.out.write(text + '\n')
        self.out.flush()

    def live(self, text):
        """A line that the next one replaces; nothing where it could not."""
        if self.is_terminal:
            self.out.write('\r\033[K' + text[:self.width])
            self.out.flush()
            self.is_live = True

    def heading(self, text):
        self.line()
        self.line(self.bold(text))

    def text(self, text, indent=2, first=None):
        """A paragraph; `first` stands before it in place of the indent."""
        lead = ' ' * indent if first is None else first.ljust(indent)
        for line in textwrap.wrap(text, self.width - indent) or ['']:
            self.line(lead + line)
            lead = ' ' * indent

    def proof(self, holds, text):
        mark = self.paint('✓', '32;1') if holds else self.paint('✗', '31;1')
        lines = textwrap.wrap(text, self.width - 4)
        self.line(f'  {mark} {lines[0]}')
        for line in lines[1:]:
            self.line('    ' + line)

    def table(self, heads, rows, indent=2):
        """Columns whose head begins with '>' stand on the right."""
        right = [head.startswith('>') for head in heads]
        cells = [[head.lstrip('>') for head in heads]] + [[str(cell) for cell in row] for row in rows]
        widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
        spare = self.width - indent - sum(widths) - 2 * (len(heads) - 1)
        if spare < 0:
            widths[0] += spare  # the first column holds names and is wrapped
        for number, row in enumerate(cells):
            first, *others = textwrap.wrap(row[0], widths[0]) or ['']
            text = '  '.join(cell.rjust(width) if is_right else cell.ljust(width)
                             for cell, width, is_right in zip([first] + row[1:], widths, right)).rstrip()
            self.line(' ' * indent + (self.dim(text) if number == 0 else text))
            for other in others:
                self.line(' ' * (indent + 2) + other)


def bar(part, whole, columns=10):
    full = 0 if whole == 0 else round(columns * min(part, whole) / whole)
    return '█' * full + '░' * (columns - full)


def standard():
    """Standard output, in UTF-8 whatever the locale says."""
    sys.stdout.reconfigure(encoding='utf-8', errors='replace')
    return Screen(sys.stdout)
