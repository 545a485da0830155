#!/usr/bin/python3
"""refbrokerd rotate: a new disclosure key while a region works. Living referrals are still shown to who may see them, and
whoever has an old backup and the new secret opens nothing; the attack that is tried here opens everything with the old
one. Daemons and the tool are killed in the middle; a site that was away is waited for."""

import json
import os
import shutil
import subprocess
import unittest

import tap
from agent import read_key
from faults import OPEN, READ, SYNC, WRITE, Faults
from nacl import bindings
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import BUILD, SPECIALIST, Region, facts, labels
from site_agent_test import CENTRE, CURATOR, SCHOOL, SECRETS, Site

CURATORS = CURATOR, 'curator-syktyvkar-2'
MINISTRY, ADMINISTRATOR = 'social-komi-1', 'administrator-komi'
BOX_BYTES = 80


class RotateTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated')  # many families, few curators
        self.broker = self.region.start()
        self.sites = []

    def tearDown(self):
        for site in self.sites:
            site.close()
        logs = ''.join(program.log() for program in self.region.programs)
        self.assertEqual(self.region.close(), [])
        for secret in SECRETS:
            self.assertNotIn(secret, logs)

    def site(self, site, *workers):
        self.sites.append(Site(self.region, site, workers))
        return self.sites[-1]

    def tool(self, *arguments, folder='.'):
        return self.region.run('refbrokerd', *arguments, f'{folder}/broker.yaml')

    def rotate(self, *arguments):
        """-> what it said at last"""
        code, output, errors = self.tool('rotate', *arguments)
        self.assertEqual(code, 0, output + errors)
        return output

    def status(self):
        code, output, errors = self.region.refctl('status', '--json', '--agent', f'{MINISTRY}/agent.yaml')
        self.assertEqual(code, 0, errors)
        return json.loads(output)['broker']

    def secret(self):
        """A copy of the disclosure secret as it is now -> (secret, public, epoch)"""
        secret, epoch = read_key(self.region.path('keys/disclosure.key'))
        return secret, bindings.crypto_scalarmult_base(secret), epoch

    def key_files(self):
        return sorted(name for name in os.listdir(self.region.path('keys')) if name.startswith('disclosure'))

    def opened(self, folder, key):
        """The attack: everything in a journal's files that may be a referral's sealed key of whatever epoch (an epoch in
        front, 80 bytes) is tried with this secret, free pages too -> the referral keys that it opens"""
        secret, public, _ = key
        found = set()
        with open(self.region.path(f'{folder}/journal/data.mdb'), 'rb') as file:
            data = file.read()
        for epoch in range(1, 100):
            mark = epoch.to_bytes(4, 'big')
            at = data.find(mark)
            while at >= 0:
                box = data[at + 4:at + 4 + BOX_BYTES]
                try:
                    if bytes(4) not in box:  # a public key and noise: no zeroes in a row
                        found.add(bindings.crypto_box_seal_open(box, public, secret))
                except Exception:  # pylint: disable=broad-except
                    pass  # no sealed key, or of another secret
                at = data.find(mark, at + 1)
        return found

    def offers(self, centre, count):
        """The offers that wait for an answer, as many as there will be."""
        found = []
        for _ in range(500):
            found = [row.delivery.offer for actor in CURATORS for row in centre.ask(exchange.QUERY_INBOX, actor).inbox
                     if row.delivery.offer.state == case.ASSIGNMENT_OFFERED]
            if len(found) == count:
                break
            centre.socket.poll(20)
        self.assertEqual(len(found), count)
        return found

    def accept(self, centre, offer):
        reply = centre.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=offer.worker, accept=exchange.Accept(
            offer=offer.id, token=offer.token)))
        self.assertFalse(reply.refused, reply)

    def family(self, centre, offer):
        """What the curator sees of the case once there is something."""
        answer = centre.waits_until(lambda answer: answer.cases and answer.cases[0].facts,
                                    exchange.QUERY_CASE, offer.worker, subject=offer.case_id)
        return answer.cases[0].facts[0].persons[0].surname

    def test_old_backup_opens_nothing_with_the_new_key_and_the_living_are_still_shown(self):
        school, centre = self.site(SCHOOL, SPECIALIST), self.site(CENTRE, *CURATORS)
        self.site(MINISTRY, ADMINISTRATOR)
        for number in (17, 18):
            self.assertFalse(school.submit(number).refused)
        school.spool_empty()
        first, second = self.offers(centre, 2)
        self.accept(centre, first)
        erased = self.family(centre, first)
        self.assertEqual(self.tool('backup', 'before')[0], 0)
        old = self.secret()
        self.assertEqual(len(self.opened('before', old)), 2)  # the attack is good for something
        number = centre.ask(exchange.QUERY_CASE, first.worker, subject=first.case_id).cases[0].number
        code, output, errors = self.region.refctl('erase', number, '--reason', 'отзыв', '--agent',
                                                  f'{MINISTRY}/agent.yaml')
        self.assertEqual(code, 0, output + errors)

        output = self.rotate()
        self.assertIn('epoch=2 destroyed=1', output)
        self.assertIn('epoch=2 old=1 keys=0 sites=0\n', output)
        self.broker.wait_for('disclosure_rotated', 'epoch=2')
        self.assertEqual(self.key_files(), ['disclosure.key', 'disclosure.pub'])
        new = self.secret()
        self.assertEqual((new[2], read_key(self.region.path('keys/disclosure.pub'))), (2, (new[1], 2)))
        status = self.status()
        self.assertEqual([status[f'disclosure_{name}'] for name in
                          ('epoch', 'epoch_old', 'keys_waiting', 'sites_waiting')], [2, 0, 0, 0])

        # the living one is shown on acceptance, and what is submitted from now on too
        self.accept(centre, second)
        self.assertNotEqual(self.family(centre, second), erased)
        self.assertFalse(school.submit(19).refused)
        school.spool_empty()
        third, = self.offers(centre, 1)
        self.accept(centre, third)
        self.assertEqual(self.family(centre, third), 'Примерова-19')

        # the old backup and the new key: nothing; what the broker has now: the two that live, not the one erased
        self.assertEqual(self.opened('before', new), set())
        self.assertEqual(self.tool('backup', 'after')[0], 0)
        self.assertEqual(len(self.opened('after', new)), 2)
        self.assertEqual(self.tool('backup', 'before')[0], 0)  # goes on with the old one: its keys are sealed anew too
        self.assertEqual(len(self.opened('before', new)), 2)

    def test_restored_old_backup_opens_no_family(self):
        """The same attack with the programs: a broker on the old backup, the new key file, the curator accepts."""
        school, centre = self.site(SCHOOL, SPECIALIST), self.site(CENTRE, *CURATORS)
        self.assertFalse(school.submit(17).refused)
        school.spool_empty()
        self.offers(centre, 1)
        self.assertEqual(self.tool('backup', 'before')[0], 0)
        self.rotate()
        self.broker.stop()
        shutil.rmtree(self.region.path('store'))
        code, output, errors = self.tool('restore', 'before')
        self.assertEqual(code, 0, output + errors)
        self.broker = self.region.restart()
        school.process.wait_for('broker_restored')
        centre.process.wait_for('mirror_resynced')
        school.process.expects('command_refused')
        school.spool_empty()
        offer, = self.offers(centre, 1)
        self.accept(centre, offer)
        self.broker.wait_for('disclosure_unopened')
        centre.process.wait_for('disclosure_unreadable', 'reason=broker')
        answer = centre.ask(exchange.QUERY_CASE, offer.worker, subject=offer.case_id)
        self.assertEqual(len(answer.cases[0].facts), 0)
        self.assertEqual([one.reason for one in answer.cases[0].shut], [case.SHUT_BY_BROKER])

    def test_killed_in_the_middle_it_goes_on_and_every_family_is_kept(self):
        school = self.region.agent(SCHOOL)
        school.hello()
        tickets = [school.give(SPECIALIST, submit=school.referral(labels(), facts(surname=f'Примерова-{number}')))
                   for number in range(100, 400)]
        school.listen(lambda: all(ticket in school.store.replies for ticket in tickets), 'all replies')
        self.assertFalse(any(school.store.replies[ticket].refused for ticket in tickets))
        old = self.secret()
        tool = subprocess.Popen([f'{BUILD}/refbrokerd', 'rotate', 'broker.yaml'], cwd=self.region.folder,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.broker.wait_for('disclosure_rotating', 'epoch=2', 'old_epoch=1')
        self.broker.kill()
        tool.kill()
        tool.wait()
        self.assertEqual(self.key_files(), ['disclosure.key', 'disclosure.key.old', 'disclosure.pub'])
        new = self.secret()
        some = len(self.opened('store', new))
        self.assertLess(some, 300)  # it was killed in the middle
        self.assertNotIn('disclosure_keys_renewed', self.broker.log())

        code, output, errors = self.tool('rotate')  # stopped: nothing to be done but to start it
        self.assertEqual((code, self.secret()), (75, new), output + errors)
        self.broker = self.region.restart()
        self.broker.wait_for('disclosure_keys_renewed', 'epoch=2', 'shut=0')
        self.assertEqual(self.tool('rotate')[0], 75)  # the school has not said that it knows
        school.disconnect()
        school.endpoint = self.region.endpoint
        self.assertEqual(school.hello().disclosure_epoch, 2)
        school.send(heartbeat=exchange.Heartbeat(disclosure_epoch=2))
        self.assertIn('destroyed=1', self.rotate())
        self.assertEqual(self.tool('backup', 'after')[0], 0)
        self.assertEqual((len(self.opened('after', new)), len(self.opened('after', old))), (300, 0))
        self.assertEqual(self.broker.stop(), 0)
        code, output, errors = self.tool('fsck')
        self.assertEqual((code, 'digest=equal' in output), (0, True), output + errors)
        self.assertEqual(self.tool('rebuild')[0], 0)  # the keys are no part of the state
        self.assertEqual(len(self.opened('store', new) & self.opened('after', new)), 300)

    def test_whatever_call_fails_there_is_always_a_key_and_the_next_run_goes_on(self):
        school = self.site(SCHOOL, SPECIALIST)
        self.assertFalse(school.submit(17).refused)
        school.spool_empty()
        faults = Faults(self.region.path('rotate.faults'))
        failed = 0
        for calls in (OPEN, READ, WRITE, SYNC):
            for after in range(100):
                faults.heal()
                order = faults.fail(calls, '/keys', after=after, times=1)
                before = self.secret()
                done = subprocess.run([f'{BUILD}/refbrokerd', 'rotate', 'broker.yaml'], cwd=self.region.folder,
                                      env={**os.environ, **faults.env}, capture_output=True, timeout=60, check=False)
                now = self.secret()
                self.assertIn(now[2] - before[2], (0, 1))
                if not faults.hits(order):
                    self.assertEqual(done.returncode, 0, done.stderr)
                    break
                failed += 1
                if done.returncode and now[2] == before[2]:
                    self.assertEqual(now, before)  # the next run begins anew
                elif done.returncode and len(self.opened('store', now)) == 0:  # not sealed to the new one yet
                    self.assertEqual(read_key(self.region.path('keys/disclosure.key.old')), (before[0], before[2]))
                self.rotate()
                self.assertIn(self.secret()[2] - now[2], (0, 1))
                self.assertEqual(self.key_files(), ['disclosure.key', 'disclosure.pub'])
        self.assertGreater(failed, 10)
        self.assertEqual(len(self.opened('store', self.secret())), 1)  # what lives has come along

    def test_site_that_was_away_is_waited_for_and_named(self):
        school, clinic = self.site(SCHOOL, SPECIALIST), self.site('clinic-komi', 'specialist-clinic-komi')
        centre = self.site(CENTRE, *CURATORS)
        for site in (school, clinic):
            site.spool_empty()
        self.broker.kill()
        self.assertFalse(school.submit(17).refused)  # sealed to the epoch of now
        school.process.kill()
        self.broker = self.region.restart()
        clinic.waits_until(lambda answer: answer.status[0].connected, exchange.QUERY_STATUS)
        centre.waits_until(lambda answer: answer.status[0].connected, exchange.QUERY_STATUS)
        code, output, errors = self.tool('rotate')
        self.assertEqual(code, 75, output + errors)
        self.assertIn(f'sites=1 waiting={SCHOOL}\n', output)
        self.assertEqual(self.key_files(), ['disclosure.key', 'disclosure.key.old', 'disclosure.pub'])

        school.start()  # what it had taken is still opened
        offer, = self.offers(centre, 1)
        self.accept(centre, offer)
        self.assertEqual(self.family(centre, offer), 'Примерова-17')
        self.assertIn('epoch=2 destroyed=1', self.rotate())

        # the next time nobody waits for it: its author is told to submit again
        self.broker.kill()
        self.assertFalse(school.submit(18).refused)
        school.process.kill()
        self.broker = self.region.restart()
        self.assertIn('epoch=3 destroyed=2', self.rotate('--anyway'))
        school.start()
        school.process.wait_for('command_refused')
        row, = [row for row in school.ask(exchange.QUERY_REFERRALS).referrals if row.problems]
        self.assertEqual([problem.code for problem in row.problems], [exchange.REFUSAL_EPOCH_OVER])
        self.assertFalse(school.submit(18).refused)
        school.spool_empty()

    def test_site_that_has_the_new_key_before_the_broker_was_told_of_it(self):
        faults = Faults(self.region.path('rotate.faults'))
        order = faults.fail(OPEN, '/journal', times=1)  # the key files are there, the broker was not asked yet
        done = subprocess.run([f'{BUILD}/refbrokerd', 'rotate', 'broker.yaml'], cwd=self.region.folder,
                              env={**os.environ, **faults.env}, capture_output=True, timeout=60, check=False)
        self.assertEqual((faults.hits(order), done.returncode != 0), (1, True), done.stderr)
        self.assertEqual(read_key(self.region.path('keys/disclosure.pub'))[1], 2)
        self.assertNotIn('disclosure_rotating', self.broker.log())
        school, centre = self.site(SCHOOL, SPECIALIST), self.site(CENTRE, *CURATORS)
        self.assertFalse(school.submit(17).refused)
        school.spool_empty()
        offer, = self.offers(centre, 1)
        self.accept(centre, offer)
        self.assertEqual(self.family(centre, offer), 'Примерова-17')
        self.assertIn('epoch=2 destroyed=1', self.rotate())

    def test_old_epoch_that_lingers_is_an_alarm(self):
        ministry = self.site(MINISTRY, ADMINISTRATOR)
        self.site(SCHOOL, SPECIALIST).waits_until(lambda answer: answer.status[0].connected, exchange.QUERY_STATUS)
        ministry.spool_empty()
        self.sites[-1].process.stop()
        self.broker.kill()
        self.broker = self.region.restart()
        ministry.waits_until(lambda answer: answer.status[0].connected, exchange.QUERY_STATUS)
        self.assertEqual(self.tool('rotate')[0], 75)
        status = self.status()
        self.assertEqual((status['disclosure_epoch_old'], status['disclosure_sites_waiting']), (1, 1))
        self.assertEqual(self.region.refctl('check', 'epoch', '--agent', f'{MINISTRY}/agent.yaml')[0], 0)
        self.broker.kill()
        path = self.region.path('keys/disclosure.key')
        drawn = os.stat(path).st_mtime - 15 * 86400
        os.utime(path, (drawn, drawn))
        self.broker = self.region.restart()
        self.broker.wait_for('disclosure_epoch_lingers', 'level=alarm', 'old_epoch=1', 'days=15')
        ministry.waits_until(lambda answer: answer.status[0].connected, exchange.QUERY_STATUS)
        code, output, _ = self.region.refctl('check', 'epoch', '--agent', f'{MINISTRY}/agent.yaml')
        self.assertEqual((code, '15' in output), (1, True), output)


if __name__ == '__main__':
    tap.main()
