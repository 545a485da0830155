"""A small region whose daemons write down what they do to their disks and what they tell others (record_preload.c)."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../system'))

import tap  # noqa: E402,F401  pylint: disable=wrong-import-position,unused-import
from proto import exchange_pb2 as exchange  # noqa: E402  pylint: disable=wrong-import-position
from region import BUILD, SPECIALIST, Region, labels  # noqa: E402  pylint: disable=wrong-import-position
from site_agent import Site  # noqa: E402  pylint: disable=wrong-import-position

SCHOOL, CENTRE = 'school-syktyvkar', 'centre-syktyvkar-1'
CURATORS = ('curator-syktyvkar-1', 'curator-syktyvkar-2')
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
        self.answer(6)
        school.restart()
        self.submit(range(12, 24))
        region.broker.kill()
        self.submit(range(24, 32))
        region.restart()
        school.spool_empty()
        centre.restart()
        self.answer(8)
        self.submit(range(32, 40))
        school.spool_empty()
        centre.spool_empty()

    def close(self):
        """-> lines of level warn or above that nobody expected"""
        for site in self.sites.values():
            site.close()
        return self.region.close()
