#!/usr/bin/python3
# timeout: 240
"""A real full disk, not a feigned one: broker and agent each on a small file system in memory, in namespaces of their own
(`unshare -rm`), which the test shrinks under them until nothing more can be written, and enlarges again."""

import os
import subprocess
import sys
import unittest

import tap
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import SPECIALIST, SURNAME, NotReady, Region, facts, labels
from site_agent import FORM, Site

SCHOOL, CENTRE, MINISTRY = 'school-syktyvkar', 'centre-syktyvkar-1', 'social-komi-1'
CURATOR, SUPERVISOR, ADMINISTRATOR = 'curator-syktyvkar-1', 'supervisor-syktyvkar', 'administrator-komi'
COORDINATOR = 'coordinator-komi'
MIB = 1 << 20
ROOMY = 1024 * MIB
DISK_FAILED = 74
INSIDE = 'FULL_DISK_INSIDE'


class Disk:
    """A file system in memory over an empty folder; gone with the namespace."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, 0o700, exist_ok=True)
        self.mount('-t', 'tmpfs', '-o', f'mode=700,size={ROOMY}', 'tmpfs')

    def mount(self, *options):
        subprocess.run(['mount', *options, self.folder], check=True, capture_output=True)

    def leave(self, free):
        """So much can be written from now on; whoever writes this moment is let finish."""
        for _ in range(100):
            status = os.statvfs(self.folder)
            used = (status.f_blocks - status.f_bfree) * status.f_frsize
            try:
                self.mount('-o', f'remount,size={used + free}')
                return
            except subprocess.CalledProcessError:
                pass
        raise AssertionError(f'{self.folder} is never at rest')

    def enlarge(self):
        self.mount('-o', f'remount,size={ROOMY}')


class FullDiskTest(unittest.TestCase):
    def setUp(self):
        if os.environ.get(INSIDE) != 'yes':
            self.skipTest('this machine lets no user make a namespace with a file system of its own: unshare -rm')
        self.region = Region()
        self.region.expects('case_escalated')
        self.disk = Disk(self.region.path('store'))
        self.broker = self.region.start()
        self.sites = []

    def tearDown(self):
        for site in self.sites:
            site.close()
        self.assertEqual(self.region.close(), [])

    def site(self, name, *workers):
        """refagentd with a disk of its own, its store a folder on it. -> (site, its disk)"""
        site = Site(self.region, name, list(workers), ready=False)
        disk = Disk(f'{site.folder}/disk')
        self.region.edit(f'{name}/agent.yaml', 'store: store', 'store: disk/store')
        site.start()
        self.sites.append(site)
        return site, disk

    def stranger(self, name):
        agent = self.region.agent(name)
        agent.hello()
        return agent

    def referrals(self):
        ministry = self.stranger(MINISTRY)
        count = ministry.ask(exchange.QUERY_STATUS, COORDINATOR).status[0].referrals
        ministry.disconnect()
        return count

    def assert_disk_low(self, reply):
        (problem,) = reply.problems
        self.assertEqual((reply.refused, problem.code, problem.retryable), (True, exchange.REFUSAL_DISK_LOW, True))

    def case_of(self, centre, school, number):
        """A family referred, and its curator's offer. -> (the offer, what accepts it)"""
        _, reply = school.submit(SPECIALIST, labels(), facts(surname=f'Примерова-{number}'))
        self.assertFalse(reply.refused, reply)
        identity, offer = centre.wait_for_view(exchange.DELIVERY_OFFER)
        return offer, exchange.Accept(offer=identity, token=offer.token)

    def close_case(self, centre, lead, case_id):
        proposed = centre.do(lead, propose_outcome=exchange.ProposeOutcome(
            case_id=case_id, outcome=case.CASE_OUTCOME_KEPT_IN_FAMILY))
        self.assertFalse(proposed.refused, proposed)
        approved = centre.do(SUPERVISOR, approve_outcome=exchange.ApproveOutcome(case_id=case_id))
        self.assertFalse(approved.refused, approved)

    def test_little_space_refuses_referrals_while_accepting_closing_and_erasing_go_on(self):
        self.site(MINISTRY, ADMINISTRATOR)[0].spool_empty()
        school, centre = self.stranger(SCHOOL), self.stranger(CENTRE)
        offer, accept = self.case_of(centre, school, 17)
        self.disk.leave(100 * MIB)
        self.broker.wait_for('disk_low')
        ticket = school.give(SPECIALIST, submit=school.referral(labels(), facts(surname='Примерова-18')))
        school.listen(lambda: any(one.HasField('reply') and one.reply.refused for one in school.heard), 'refusal')
        self.assert_disk_low(school.heard[-1].reply)

        self.assertFalse(centre.do(offer.worker, accept=accept).refused)
        centre.wait_for_view(exchange.DELIVERY_DISCLOSURE)
        self.close_case(centre, offer.worker, offer.case_id)
        code, output, errors = self.region.refctl('erase', offer.case_number, '--reason', 'отзыв согласия', '--agent',
                                                  f'{MINISTRY}/agent.yaml')
        self.assertEqual(code, 0, output + errors)

        self.disk.enlarge()
        self.broker.wait_for('disk_recovered')
        self.assertFalse(school.reply(ticket).refused)  # sent again, as retryable says

    def test_disk_without_a_byte_ends_the_broker_before_it_promises_and_nothing_is_lost(self):
        school, _ = self.site(SCHOOL, SPECIALIST)
        centre = self.stranger(CENTRE)
        self.assertFalse(school.submit(1).refused)
        identity, offer = centre.wait_for_view(exchange.DELIVERY_OFFER)
        self.broker.expects('failed', 'not_marked_alive', 'command_refused', 'disk_low')
        self.disk.leave(0)
        for number in range(2, 5):
            self.assertFalse(school.submit(number).refused)
        ticket = centre.give(offer.worker, accept=exchange.Accept(offer=identity, token=offer.token))
        self.assertEqual(self.broker.ended(), DISK_FAILED, self.broker.log())
        self.assertNotIn(ticket, centre.store.replies)
        with self.assertRaises(NotReady) as failure:  # it does not serve where it cannot write
            self.region.restart()
        self.assertEqual(failure.exception.args[1], DISK_FAILED)

        self.disk.enlarge()
        self.broker = self.region.restart()
        centre.disconnect()
        centre.hello()
        self.assertFalse(centre.reply(ticket).refused)
        school.spool_empty()
        self.assertEqual(self.referrals(), 4)
        self.assertEqual(self.broker.stop(), 0)
        status, output, errors = self.region.run('refbrokerd', 'fsck', 'broker.yaml')
        self.assertEqual(status, 0, errors)
        self.assertIn('digest=equal', output)

    def test_agent_with_little_space_refuses_forms_by_name_and_takes_them_afterwards(self):
        school, disk = self.site(SCHOOL, SPECIALIST)
        disk.leave(10 * MIB)
        self.assert_disk_low(school.submit(1))
        school.process.expects('drop_waits')
        school.drop('form.yaml', FORM)
        school.process.wait_for('drop_waits')
        self.assertEqual(self.referrals(), 0)
        disk.enlarge()
        self.assertFalse(school.submit(1).refused)
        school.drop('second.yaml', FORM.replace(SURNAME, 'Примерова-19'))
        for _ in range(2):
            school.process.wait_for('form_submitted')
        school.spool_empty()
        self.assertEqual(self.referrals(), 3)

    def test_agent_without_a_byte_ends_and_has_everything_once_there_is_room(self):
        centre, disk = self.site(CENTRE, CURATOR)
        centre.spool_empty()
        disk.leave(0)
        self.assertFalse(self.stranger(SCHOOL).submit(SPECIALIST, labels(), facts())[1].refused)
        centre.process.expects('failed')
        self.assertEqual(centre.process.ended(), DISK_FAILED, centre.process.log())
        disk.enlarge()
        centre.start()
        answer = centre.waits_until(lambda answer: [row for row in answer.inbox if row.delivery.HasField('offer')],
                                    exchange.QUERY_INBOX)
        offer = next(row.delivery.offer for row in answer.inbox if row.delivery.HasField('offer'))
        reply = centre.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=offer.worker,
                                                     accept=exchange.Accept(offer=offer.id, token=offer.token)))
        self.assertFalse(reply.refused, reply)
        centre.waits_until(lambda answer: answer.cases and answer.cases[0].facts,
                           exchange.QUERY_CASE, CURATOR, subject=offer.case_id)


def enter():
    """Run again inside of namespaces of one's own, where they are to be had; otherwise every case says that it is skipped."""
    if INSIDE in os.environ:
        return
    tried = subprocess.run(['unshare', '-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], check=False, capture_output=True)
    if tried.returncode == 0:
        os.execvpe('unshare', ['unshare', '-rm', sys.executable, *sys.argv], {**os.environ, INSIDE: 'yes'})


if __name__ == '__main__':
    enter()
    tap.main()
