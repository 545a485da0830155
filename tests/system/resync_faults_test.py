#!/usr/bin/python3
"""The disk of a site fails while its agent takes the whole view anew: what people are shown is the old view or the new
one, never a part of each, and with a whole disk the new one comes by itself.

timeout: 240
"""

import errno
import shutil
import signal
import unittest

import tap
from faults import MINUTE_US, SPACE, SYNC, WRITE, Faults
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import DEADLINE_S, SPECIALIST, NotReady, Region, facts, labels
from site_agent import Site

SCHOOL, CENTRE = 'school-syktyvkar', 'centre-syktyvkar-1'
CURATORS = ('curator-syktyvkar-1', 'curator-syktyvkar-2')
DISK_FAILED = 74
STEP = 3  # calls
ACCEPTED = 40  # cases before, and more between: three views each, several pages
# An old copy of a store has numbers that were used since, and each copy is another spool.
EXPECTED = ('spool_renewed', 'spool_is_older_than_broker')


class Place:
    """A curators' site, the views that people were shown there, and a copy of its store as it was at the first."""

    def __init__(self):
        self.region = Region()
        self.region.edit('directory/10-agencies.yaml', 'training: [early-detection], capacity: 30}',
                         'training: [early-detection], capacity: 1000}')
        self.broker_faults, self.minutes = Faults(self.region.path('broker.faults')), 0
        self.region.env = self.broker_faults.env
        self.region.start().expects('key_used_twice')
        self.school = self.region.agent(SCHOOL)
        self.school.hello()
        self.faults = Faults(self.region.path('centre.faults'))
        self.centre = Site(self.region, CENTRE, CURATORS, env=self.faults.env, ready=False)
        self.store, self.copy = f'{self.centre.folder}/store', f'{self.centre.folder}/copy'
        self.start()
        self.refer_and_accept(0)
        self.stop()
        self.old = self.shown()
        shutil.copytree(self.store, self.copy)
        self.start()
        self.refer_and_accept(ACCEPTED)
        self.stop()
        self.new = self.shown()

    def close(self):
        self.centre.close()
        return self.region.close()

    def start(self, alone=False):
        if self.centre.socket is not None:
            self.centre.socket.close(linger=0)
            self.centre.socket = None
        self.centre.env = None if alone else self.faults.env
        self.centre.start().expects(*EXPECTED)

    def stop(self):
        assert self.centre.process.stop() == 0, self.centre.process.log()

    def refer_and_accept(self, first):
        for number in range(first, first + ACCEPTED):
            _, reply = self.school.submit(SPECIALIST, labels(), facts(surname=f'Примерова-{number}'))
            assert not reply.refused, reply
        accepted = set()
        while len(accepted) < ACCEPTED:
            for offer in self.offers(case.ASSIGNMENT_OFFERED):
                if offer.id not in accepted:
                    accepted.add(offer.id)
                    reply = self.centre.call(command=exchange.Command(
                        lane=exchange.LANE_NORMAL, actor=offer.worker,
                        accept=exchange.Accept(offer=offer.id, token=offer.token)))
                    assert not reply.refused, reply
            self.centre.spool_empty()
        for offer in self.offers(case.ASSIGNMENT_ACTIVE):
            self.centre.waits_until(lambda answer: answer.cases and answer.cases[0].facts, exchange.QUERY_CASE,
                                    offer.worker, subject=offer.case_id)

    def offers(self, state):
        return [row.delivery.offer for actor in CURATORS for row in self.centre.ask(exchange.QUERY_INBOX, actor).inbox
                if row.delivery.WhichOneof('view') == 'offer' and row.delivery.offer.state == state]

    def shown(self):
        """What the agent shows of its mirror when it hears nothing of the broker: {(kind, entity): view}, a case with its
        family"""
        text = self.region.read(f'{CENTRE}/agent.yaml')
        self.region.write(f'{CENTRE}/agent.yaml', text.replace(self.region.endpoint, 'tcp://127.0.0.1:9'))
        self.start(alone=True)
        self.region.write(f'{CENTRE}/agent.yaml', text)
        rows = {}
        for actor in CURATORS:
            for row in self.centre.ask(exchange.QUERY_INBOX, actor).inbox:
                view = getattr(row.delivery, row.delivery.WhichOneof('view'))
                rows[row.delivery.kind, row.delivery.entity] = view.SerializeToString()
        for row in self.centre.ask(exchange.QUERY_CASES).cases:
            (whole,) = self.centre.ask(exchange.QUERY_CASE, row.lead, subject=row.id).cases
            rows[exchange.DELIVERY_CASE, row.id] = whole.SerializeToString()
        self.stop()
        return rows

    def restore_old_copy(self):
        """Minutes later, for who says Hello too often is not heard for one."""
        self.minutes += 2
        self.broker_faults.set_clock(self.minutes * MINUTE_US, self.minutes * MINUTE_US)
        self.faults.heal()
        if self.centre.process.process.poll() is None:
            self.stop()
        shutil.rmtree(self.store)
        shutil.copytree(self.copy, self.store)


class ResyncFaultsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()

    @classmethod
    def tearDownClass(cls):
        loud = cls.place.close()
        assert not loud, loud

    def setUp(self):
        self.place.restore_old_copy()

    def start_and_watch(self):
        """-> the agent took the new view and stopped; False: it ended as on a broken disk, at its start or later"""
        try:
            self.place.start()
        except NotReady as failure:
            self.assertEqual(failure.args[1], DISK_FAILED, failure)
            return False
        program = self.place.centre.process
        with program.news:
            self.assertTrue(program.news.wait_for(
                lambda: any('event=mirror_resynced' in line or line.startswith('refagentd: ') for line in program.lines),
                DEADLINE_S), program.log())
        if program.process.poll() is None:
            program.signal(signal.SIGTERM)
        status = program.ended()
        self.assertIn(status, (0, DISK_FAILED), program.log())
        return status == 0

    def break_everywhere(self, step, calls, error, **more):
        """The disk fails after so many calls of a resync, and after so many more, until one is through before that."""
        views = []
        for after in range(0, 100 * step, step):
            self.place.restore_old_copy()
            fault = self.place.faults.fail(calls, '/store/data.mdb', error, after=after, **more)
            through = self.start_and_watch()
            untouched = self.place.faults.hits(fault) == 0
            self.place.faults.heal()
            views.append(self.place.shown())
            self.assertIn(views[-1], (self.place.old, self.place.new), f'a mixture after {after}')
            if through:
                self.assertEqual(views[-1], self.place.new)
            if untouched:
                break
            if views[-1] == self.place.old:
                self.assertTrue(self.start_and_watch())
                self.assertEqual(self.place.shown(), self.place.new)
        print(f'# figure: resync on a broken disk: {len(views) - 1} places, old view after {views.count(self.place.old)}')
        self.assertGreater(views.count(self.place.old), 2)

    def test_views_differ_and_take_pages(self):
        self.assertNotEqual(self.place.old, self.place.new)
        self.assertTrue(self.start_and_watch())
        for view, families in ((self.place.old, ACCEPTED), (self.place.new, 2 * ACCEPTED)):
            self.assertEqual(sum('Примерова-'.encode() in row for row in view.values()), families)
        self.assertRegex(self.place.centre.process.log(), r'event=mirror_resynced pages=[2-9] ')

    def test_full_disk_in_a_resync_leaves_the_old_view_or_the_new_one(self):
        self.break_everywhere(STEP, WRITE, errno.ENOSPC)

    def test_one_write_that_fails_in_a_resync_leaves_the_old_view_or_the_new_one(self):
        self.break_everywhere(STEP, WRITE, errno.EIO, times=1)

    def test_writes_cut_short_in_a_resync_leave_the_old_view_or_the_new_one(self):
        self.break_everywhere(STEP, WRITE, 0, room=512)

    def test_disk_that_cannot_sync_in_a_resync_leaves_the_old_view_or_the_new_one(self):
        self.break_everywhere(1, SYNC, errno.EIO)

    def test_resync_needs_no_room_for_new_forms(self):
        self.place.faults.fail(SPACE, '/store', room=10 << 20)
        self.assertTrue(self.start_and_watch())
        self.assertEqual(self.place.shown(), self.place.new)


if __name__ == '__main__':
    tap.main()
