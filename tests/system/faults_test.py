#!/usr/bin/python3
"""What a machine does to its daemons: a disk that is full or broken, no descriptors left, writes that are cut short. What
was accepted stays; new work is refused by name or waits in the spool; and when the trouble is over the work goes on,
by itself or, where a daemon has ended with 74, after a plain restart."""
# timeout: 240

import errno
import os
import re
import resource
import unittest

import tap
from faults import OPEN, READ, SPACE, SYNC, WRITE, Faults
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import SPECIALIST, SURNAME, NotReady, Region, facts, labels
from site_agent import FORM, Site

SCHOOL, CENTRE = 'school-syktyvkar', 'centre-syktyvkar-1'
MIB = 1 << 20
DISK_FAILED = 74
COORDINATOR = 'coordinator-komi'
SECRETS = (SURNAME, 'Тестовна', 'Пробная', 'Дома холодно', '+7 000')


class FaultsTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated')
        self.faults = Faults(self.region.path('broker.faults'))
        self.region.env = self.faults.env
        self.broker = self.region.start()
        self.sites = []

    def tearDown(self):
        for site in self.sites:
            site.close()
        logs = ''.join(program.log() for program in self.region.programs)
        self.assertEqual(self.region.close(), [])
        for secret in SECRETS:
            self.assertNotIn(secret, logs)

    def school(self):
        """The school's refagentd, with faults of its own."""
        faults = Faults(self.region.path('school.faults'))
        school = Site(self.region, SCHOOL, [SPECIALIST], env=faults.env)
        self.sites.append(school)
        return school, faults

    def stranger(self, site):
        agent = self.region.agent(site)
        agent.hello()
        return agent

    def restart_broker(self):
        self.broker = self.region.restart()

    def referrals_at_the_broker(self):
        ministry = self.stranger('social-komi-1')
        count = ministry.ask(exchange.QUERY_STATUS, COORDINATOR).status[0].referrals
        ministry.disconnect()
        return count

    def assert_refused(self, reply, code):
        (problem,) = reply.problems
        self.assertEqual((reply.refused, problem.code, problem.retryable), (True, code, True))
        self.assertRegex(problem.text.ru, '[а-я]')
        self.assertRegex(problem.text.en, '[a-z]')

    def assert_disk_failure(self, program):
        """It ended with the status that its manual names, and said why."""
        program.expects('failed', 'not_marked_alive')
        self.assertEqual(program.ended(), DISK_FAILED, program.log())

    # -- the broker's disk

    def test_little_space_refuses_new_referrals_by_name_while_the_rest_goes_on(self):
        school, centre = self.stranger(SCHOOL), self.stranger(CENTRE)
        self.assertFalse(school.submit(SPECIALIST, labels(), facts())[1].refused)
        offer_id, offer = centre.wait_for_view(exchange.DELIVERY_OFFER)
        self.faults.fail(SPACE, '/store', room=100 * MIB)
        self.broker.wait_for('disk_low')
        ticket = school.give(SPECIALIST, submit=school.referral(labels(), facts(surname='Примерова-18')))
        school.listen(lambda: any(one.HasField('reply') and one.reply.refused for one in school.heard), 'refusal')
        self.assert_refused(school.heard[-1].reply, exchange.REFUSAL_DISK_LOW)
        self.assertFalse(centre.do(offer.worker, accept=exchange.Accept(offer=offer_id, token=offer.token)).refused)
        centre.wait_for_view(exchange.DELIVERY_DISCLOSURE)
        self.faults.heal()
        self.broker.wait_for('disk_recovered')
        self.assertFalse(school.reply(ticket).refused)  # sent again, as retryable says
        self.assertEqual(self.referrals_at_the_broker(), 2)

    def test_agent_keeps_what_a_broker_without_space_refuses_and_delivers_it_afterwards(self):
        school, _ = self.school()
        self.faults.fail(SPACE, '/store', room=100 * MIB)
        self.broker.wait_for('disk_low')
        for number in range(3):
            self.assertFalse(school.submit(number).refused)
        self.broker.wait_for('command_refused')
        self.assertEqual(self.referrals_at_the_broker(), 0)
        self.assertEqual(school.ask(exchange.QUERY_STATUS).status[0].spool_waiting, 3)
        self.faults.heal()
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 3)

    def disk_that_breaks_under_the_broker(self, calls, path, error, after=0, room=0):
        """Forms go on being taken while the broker's disk does not; all arrive once when it is whole again."""
        school, _ = self.school()
        self.assertFalse(school.submit(1).refused)
        school.spool_empty()
        broken = self.faults.fail(calls, path, error, after=after, room=room)
        for number in (2, 3):
            self.assertFalse(school.submit(number).refused)
        self.assert_disk_failure(self.broker)
        self.assertGreater(self.faults.hits(broken), 0)
        self.faults.heal()
        self.assertFalse(school.submit(4).refused)
        self.restart_broker()
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 4)
        self.assertEqual(self.broker.stop(), 0)
        self.broker.expects('stopping')
        status, output, errors = self.region.run('refbrokerd', 'fsck', 'broker.yaml')
        self.assertEqual(status, 0, errors)
        self.assertIn('digest=equal', output)

    def test_full_disk_of_the_journal_ends_the_broker_and_loses_nothing(self):
        self.disk_that_breaks_under_the_broker(WRITE, '/journal/data.mdb', errno.ENOSPC)

    def test_full_disk_of_the_state_ends_the_broker_and_loses_nothing(self):
        self.disk_that_breaks_under_the_broker(WRITE, '/state/data.mdb', errno.ENOSPC)

    def test_quota_of_the_journals_owner_ends_the_broker_and_loses_nothing(self):
        self.disk_that_breaks_under_the_broker(WRITE, '/journal/data.mdb', errno.EDQUOT)

    def test_journal_that_cannot_be_written_ends_the_broker_and_loses_nothing(self):
        self.disk_that_breaks_under_the_broker(WRITE, '/journal/data.mdb', errno.EIO, after=1)

    def test_journal_that_cannot_be_synced_ends_the_broker_and_loses_nothing(self):
        self.disk_that_breaks_under_the_broker(SYNC, '/journal/data.mdb', errno.EIO)

    def test_state_that_cannot_be_synced_ends_the_broker_and_loses_nothing(self):
        self.disk_that_breaks_under_the_broker(SYNC, '/state/data.mdb', errno.EIO)

    def test_journal_write_cut_short_ends_the_broker_and_loses_nothing(self):
        self.disk_that_breaks_under_the_broker(WRITE, '/journal/data.mdb', 0, room=512)

    def test_broker_on_a_disk_without_a_byte_says_so_or_serves_what_it_has(self):
        school, _ = self.school()
        self.assertFalse(school.submit(1).refused)
        school.spool_empty()
        self.broker.kill()
        self.faults.fail(WRITE, '/store/', errno.ENOSPC)
        with self.assertRaises(NotReady) as failure:
            self.restart_broker()
        self.assertEqual(failure.exception.args[1], DISK_FAILED)
        self.assertIn('No space left', failure.exception.args[0])
        self.faults.heal()
        self.restart_broker()
        self.assertEqual(self.referrals_at_the_broker(), 1)

    def test_sign_of_life_that_cannot_be_written_is_told_and_costs_nothing(self):
        self.faults.fail(OPEN, '/store/alive', errno.ENOSPC)
        self.faults.set_clock(wall_us=61_000_000, boot_us=61_000_000)
        self.broker.wait_for('not_marked_alive')
        school = self.stranger(SCHOOL)
        self.assertFalse(school.submit(SPECIALIST, labels(), facts())[1].refused)

    # -- descriptors

    def no_descriptors(self, program):
        """Whatever the program opens from now on fails. -> puts an end to it"""
        identity = program.process.pid
        limit = resource.prlimit(identity, resource.RLIMIT_NOFILE)
        used = {int(name) for name in os.listdir(f'/proc/{identity}/fd')}
        lowest_free = next(number for number in range(len(used) + 1) if number not in used)
        resource.prlimit(identity, resource.RLIMIT_NOFILE, (lowest_free, limit[1]))
        return lambda: resource.prlimit(identity, resource.RLIMIT_NOFILE, limit)

    def test_broker_without_descriptors_serves_whom_it_has_and_the_others_afterwards(self):
        school, centre = self.stranger(SCHOOL), self.stranger(CENTRE)
        give_back = self.no_descriptors(self.broker)
        clinic = self.region.agent('clinic-komi').connect()
        clinic.say_hello()
        for number in range(3):
            self.assertFalse(school.submit(SPECIALIST, labels(), facts(surname=f'Примерова-{number}'))[1].refused)
        centre.wait_for_view(exchange.DELIVERY_OFFER)
        self.assertIsNone(clinic.welcome)
        self.region.reload('configuration_refused')  # it reads files in a child, for which it has no pipe
        give_back()
        clinic.listen(lambda: clinic.welcome, 'Welcome')
        self.region.reload('configuration_same')

    def test_agent_without_descriptors_keeps_its_forms_and_takes_more_afterwards(self):
        school, _ = self.school()
        school.submit(1)
        school.spool_empty()
        school.process.expects('drop_folder_unreadable', 'drop_waits', 'drop_not_taken', 'connect_failed')
        give_back = self.no_descriptors(school.process)
        school.drop('waits.yaml', FORM)
        self.assertFalse(school.submit(2).refused)  # over the connection that it has
        school.spool_empty()
        self.assertEqual(school.dropped('refused'), [])
        self.assertEqual(len(school.dropped('incoming') + school.dropped('taking')), 1)
        give_back()
        school.drop('second.yaml', FORM.replace(SURNAME, 'Примерова-19'))
        for _ in range(2):
            school.process.wait_for('form_submitted')
        school.spool_empty()
        self.assertEqual(school.dropped('done'), ['second.yaml', 'waits.yaml'])
        self.assertEqual(self.referrals_at_the_broker(), 4)

    def test_form_that_cannot_be_opened_for_want_of_descriptors_is_not_refused(self):
        school, faults = self.school()
        school.process.expects('drop_waits')
        once = faults.fail(OPEN, 'waits.yaml', errno.EMFILE, times=1)
        school.drop('waits.yaml', FORM)
        school.process.wait_for('drop_waits')
        self.assertEqual(faults.hits(once), 1)
        school.drop('second.yaml', FORM.replace(SURNAME, 'Примерова-19'))  # wakes it
        for _ in range(2):
            school.process.wait_for('form_submitted')
        self.assertEqual(school.dropped('refused'), [])

    # -- the agent's disk

    def test_agent_with_little_space_refuses_forms_by_name_and_takes_them_afterwards(self):
        school, faults = self.school()
        faults.fail(SPACE, '/store', room=10 * MIB)
        reply = school.submit(1)
        self.assert_refused(reply, exchange.REFUSAL_DISK_LOW)
        self.assertIn('диске этой площадки', reply.problems[0].text.ru)  # its own disk, and nothing comes by itself
        school.process.expects('drop_waits')
        school.drop('form.yaml', FORM)
        school.process.wait_for('drop_waits')
        self.assertEqual((len(school.dropped('taking')), school.dropped('refused')), (1, []))
        self.assertEqual(self.referrals_at_the_broker(), 0)
        faults.heal()
        self.assertFalse(school.submit(1).refused)
        school.drop('second.yaml', FORM.replace(SURNAME, 'Примерова-19'))
        for _ in range(2):
            school.process.wait_for('form_submitted')
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 3)

    def disk_that_breaks_under_the_agent(self, calls, error, after=0, room=0):
        """Whoever was told that a form is stored finds it stored; whoever was told nothing may send it again."""
        self.assertEqual(self.broker.stop(), 0)
        school, faults = self.school()
        self.assertFalse(school.submit(1).refused)
        broken = faults.fail(calls, '/store/data.mdb', error, after=after, room=room)
        identity = bytes(6) + b'\x70' + bytes(1) + b'\x80' + bytes(7)
        form = exchange.Form(id=identity, purpose=case.PURPOSE_CASE, labels=labels(),
                             facts=facts(surname='Примерова-2'))
        body = {'command': exchange.Command(lane=exchange.LANE_NORMAL, form=form)}
        school.send(exchange.Envelope(version=1, **body).SerializeToString())
        self.assert_disk_failure(school.process)
        self.assertGreater(faults.hits(broken), 0)
        self.assertEqual(school.socket.poll(0), 0)  # nothing was promised
        faults.heal()
        school.start()
        school.socket.close(linger=0)
        school.socket = None
        self.assertFalse(school.call(**body).refused)
        self.restart_broker()
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 2)

    def test_full_disk_of_the_agent_ends_it_before_anything_is_promised(self):
        self.disk_that_breaks_under_the_agent(WRITE, errno.ENOSPC)

    def test_spool_that_cannot_be_synced_ends_the_agent_before_anything_is_promised(self):
        self.disk_that_breaks_under_the_agent(SYNC, errno.EIO)

    def test_spool_write_cut_short_ends_the_agent_before_anything_is_promised(self):
        self.disk_that_breaks_under_the_agent(WRITE, 0, room=100)

    def test_full_disk_of_the_drop_folder_keeps_the_form_and_submits_it_once(self):
        school, faults = self.school()
        school.process.expects('drop_not_moved')
        full = faults.fail(WRITE, '/drop/', errno.ENOSPC)
        school.drop(f'{SURNAME}.yaml', FORM)
        school.drop(f'плохая-{SURNAME}.yaml', FORM.replace('risk: tzs', 'risk: bad'))
        for _ in range(2):
            school.process.wait_for('drop_not_moved')
        self.assertGreaterEqual(faults.hits(full), 2)
        self.assertEqual((len(school.dropped('taking')), school.dropped('done'), school.dropped('refused')),
                         (2, [], []))
        school.restart()
        school.process.wait_for('drop_not_moved')
        faults.heal()
        school.process.expects('form_refused')
        school.drop('second.yaml', FORM.replace(SURNAME, 'Примерова-19'))
        for _ in range(2):
            school.process.wait_for('form_submitted')
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 2)
        self.assertEqual(school.dropped('done'), ['second.yaml', f'{SURNAME}.yaml'])
        self.assertIn(f'плохая-{SURNAME}.yaml.error', school.dropped('refused'))
        self.assertEqual([name for name in os.listdir(f'{school.folder}/drop/refused') if '.tmp-' in name], [])

    def test_report_of_the_drop_folder_is_whole_when_its_writes_are_cut_short(self):
        school, faults = self.school()
        cut = faults.fail(WRITE, '/drop/done', 0, room=7)
        school.drop('form.yaml', FORM)
        school.process.wait_for('form_submitted')
        self.assertGreater(faults.hits(cut), 10)
        report = self.region.read(f'{SCHOOL}/drop/done/form.yaml')
        self.assertRegex(report, re.compile(r'^# .*\nid: .*^children: 1\n$', re.MULTILINE | re.DOTALL))

    def test_form_on_a_broken_disk_is_named_to_people_and_not_in_the_log(self):
        school, faults = self.school()
        faults.fail(READ, f'{SURNAME}.yaml', errno.EIO)
        school.drop(f'{SURNAME}.yaml', FORM)
        school.process.wait_for('form_refused')
        self.assertEqual(school.dropped('refused'), [f'{SURNAME}.yaml', f'{SURNAME}.yaml.error'])


if __name__ == '__main__':
    tap.main()
