"""Orders to tests/faults/faults_preload.c: which calls of a daemon are to fail, and how far its clocks are off.

The layout of the file stands at the top of that source.
"""

import errno
import mmap
import os
import struct

from region import BUILD

WRITE, SYNC, OPEN, READ, SPACE = 1, 2, 4, 8, 16
RULES, RULE, HEAD_BYTES = 8, struct.Struct('<Iiqqqq88s'), 16
FOREVER = 1 << 62
SECOND_US, MINUTE_US, DAY_US = 1_000_000, 60_000_000, 86_400_000_000


class Faults:
    """For one daemon: start it with `env`."""

    def __init__(self, path):
        self.path = path
        with open(path, 'w+b') as file:
            file.truncate(HEAD_BYTES + RULES * RULE.size)
            self.map = mmap.mmap(file.fileno(), 0)
        library = f'{BUILD}/tests/faults/faults_preload.so'
        assert os.path.exists(library), f'{library} is not built'
        self.env = {'LD_PRELOAD': library, 'REFBROKER_FAULTS': path}

    def fail(self, calls, path, error=errno.EIO, after=0, times=FOREVER, room=0):
        """From the call after `after` matching ones on. `error` 0: a write is cut to `room` bytes, a question for
        space answered with `room`. -> what tells `hits`"""
        index = next(index for index in range(RULES) if not self.rule(index)[0])
        place = HEAD_BYTES + index * RULE.size
        RULE.pack_into(self.map, place, 0, error, after, times, 0, room, path.encode())
        struct.pack_into('<I', self.map, place, calls)  # last: now it holds
        return index

    def rule(self, index):
        return RULE.unpack_from(self.map, HEAD_BYTES + index * RULE.size)

    def hits(self, index):
        """How many calls have failed by this order."""
        return self.rule(index)[4]

    def heal(self):
        """Nothing fails any more; the clocks stay as they are."""
        self.map[HEAD_BYTES:] = bytes(RULES * RULE.size)

    def set_clock(self, wall_us=0, boot_us=0):
        """How far the clocks are off from the machine's."""
        struct.pack_into('<qq', self.map, 0, wall_us, boot_us)
