"""A small region whose daemons write down what they do to their disks and what they tell others (record_preload.c)."""

import os
import struct
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../system'))

import tap  # noqa: E402,F401  pylint: disable=wrong-import-position,unused-import
from proto import exchange_pb2 as exchange  # noqa: E402  pylint: disable=wrong-import-position
from region import BUILD, SPECIALIST, Region, labels  # noqa: E402  pylint: disable=wrong-import-position
from agent import uuid7  # noqa: E402  pylint: disable=wrong-import-position
from site_agent import FORM, Site  # noqa: E402  pylint: disable=wrong-import-position

SCHOOL, CENTRE = 'school-syktyvkar', 'centre-syktyvkar-1'
CURATORS = ('curator-syktyvkar-1', 'curator-syktyvkar-2')
CREATE, RENAME, WRITE, SYNC, SYNC_DIR = 1, 3, 5, 8, 9  # record_layout.h
PARTIES = {'broker': '.', SCHOOL: SCHOOL, CENTRE: CENTRE}  # who -> the folder that its store is in


class Recorded:
    """Forms are taken, curators answer, processes are killed and start again; close() leaves the records.

    lmdb  flags that every LMDB environment of the daemons gets besides
    """

    def __init__(self, folder, lmdb=0):
        self.region, self.sites, self.folder = Region(), {}, folder
        self.region.expects('case_escalated')  # many families, few curators
        environment = {}
        for party, place in PARTIES.items():
            environment[party] = {
                'LD_PRELOAD': f'{BUILD}/tests/crash/record_preload.so', 'REFBROKER_RECORD': self.record(party),
                'REFBROKER_RECORD_BELOW': os.path.normpath(self.region.path(place)),
                'REFBROKER_RECORD_LMDB': str(lmdb)}
        self.region.env = environment['broker']
        self.region.start()
        self.sites[SCHOOL] = Site(self.region, SCHOOL, [SPECIALIST], environment[SCHOOL])
        self.sites[CENTRE] = Site(self.region, CENTRE, CURATORS, environment[CENTRE])

    def record(self, party):
        return f'{self.folder}/{party}.record'

    def submit(self, numbers):
        for number in numbers:
            reply = self.sites[SCHOOL].submit(number)
            assert not reply.refused, reply

    def drop(self, count):
        """Forms are put into the school's drop folder by a program that syncs what it writes, as its manual says."""
        folder = self.sites[SCHOOL].folder
        for _ in range(count):
            identity = uuid.UUID(bytes=uuid7())
            name, incoming = f'drop/{identity}.yaml', f'drop/incoming/{identity}.yaml'
            text = FORM.replace('Примерова-17', f'Примерова-{identity.hex[-4:]}').encode() + f'id: {identity}\n'.encode()
            with open(f'{folder}/{name}', 'wb') as file:
                file.write(text)
                os.fsync(file.fileno())
                inode = os.fstat(file.fileno()).st_ino
            # Before the agent can see it, so that its own records follow.
            with open(self.record(SCHOOL), 'ab', buffering=0) as record:
                record.write(b''.join(
                    struct.pack('<IIQQQ', kind, len(name_of), inode, 0, len(data)) + name_of.encode() + data
                    for kind, name_of, data in ((CREATE, name, b''), (WRITE, '', text), (SYNC, '', b''),
                                                (RENAME, name, incoming.encode()), (SYNC_DIR, 'drop/incoming', b''))))
            os.rename(f'{folder}/{name}', f'{folder}/{incoming}')

    def answer(self, least):
        """The curators answer what they are offered, at least so many offers."""
        centre, answered = self.sites[CENTRE], set()
        while len(answered) < least:
            for actor in CURATORS:
                for row in centre.ask(exchange.QUERY_INBOX, actor).inbox:
                    offer = row.delivery.offer
                    if row.delivery.WhichOneof('view') == 'offer' and offer.worker == actor and \
                            offer.id not in answered:
                        answered.add(offer.id)
                        self.answer_one(centre, actor, offer, len(answered))
            centre.socket.poll(10)

    @staticmethod
    def answer_one(centre, actor, offer, count):
        answer = ({'refuse': exchange.Refuse(offer=offer.id, token=offer.token, reason=1)} if count % 4 == 0 else
                  {'accept': exchange.Accept(offer=offer.id, token=offer.token)})
        centre.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=actor, **answer))

    def live(self):
        school, centre, region = self.sites[SCHOOL], self.sites[CENTRE], self.region
        self.submit(range(12))
        self.drop(4)
        self.answer(6)
        self.drop(2)
        school.restart()
        self.submit(range(12, 24))
        region.broker.kill()
        self.submit(range(24, 32))
        region.restart()
        self.drop(6)
        school.spool_empty()
        centre.restart()
        self.answer(8)
        self.submit(range(32, 40))
        while len(school.dropped('done')) < 12:
            school.socket.poll(20)
        school.spool_empty()
        centre.spool_empty()

    def close(self):
        """-> lines of level warn or above that nobody expected"""
        for site in self.sites.values():
            site.close()
        return self.region.close()
