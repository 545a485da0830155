#!/usr/bin/python3
"""Backups of a broker's store: taken while it works, broken off, continued, restored. What comes back is a beginning of
what happened, and what agents had been told is stored is sent to it again."""

import os
import re
import shutil
import signal
import subprocess
import unittest

import tap
import zmq
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import BUILD, SPECIALIST, Region, facts, labels

CYCLES = 20


class BackupTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.expects('case_escalated')  # many families, few curators
        self.broker = self.region.start()
        self.school = self.region.agent('school-syktyvkar')
        self.school.hello()
        self.families = 0

    def tearDown(self):
        self.assertEqual(self.region.close(), [])

    def give(self, count):
        """Referrals about as many families; none is waited for -> tickets"""
        self.families += count
        return [self.school.give(SPECIALIST, submit=self.school.referral(labels(), facts(surname=f'Примерова-{number}')))
                for number in range(self.families - count + 100, self.families + 100)]

    def settled(self, tickets):
        self.school.listen(lambda: all(ticket in self.school.store.replies for ticket in tickets), 'all replies')
        self.assertFalse(any(self.school.store.replies[ticket].refused for ticket in tickets))

    def tool(self, *arguments, folder='.'):
        return self.region.run('refbrokerd', *arguments, f'{folder}/broker.yaml')

    def backup(self, folder='copy'):
        code, output, errors = self.tool('backup', folder)
        self.assertEqual(code, 0, output + errors)
        return dict(part.split('=') for part in output.split())

    def restored(self, number, backup='copy'):
        """A broker's folder of its own with a store restored from the backup -> (name, what was said)"""
        folder = f'restored-{number}'
        os.mkdir(self.region.path(folder))
        self.region.write(f'{folder}/broker.yaml', self.region.read('broker.yaml').replace('keys/', '../keys/'))
        code, output, errors = self.tool('restore', backup, folder=folder)
        self.assertEqual(code, 0, output + errors)
        return folder, dict(part.split('=') for part in output.splitlines()[0].split())

    def fold_at(self, position, folder='.'):
        code, output, errors = self.tool('fsck', '--at', position, folder=folder)
        self.assertEqual(code, 0, output + errors)
        return re.search(rf'^at={position} fold=(\w+)$', output, re.MULTILINE)[1]

    def test_every_restored_copy_is_a_beginning_of_the_history(self):
        positions = []
        tickets = []
        for number in range(CYCLES):
            tickets += self.give(12)
            if number % 5 == 4:  # in the middle of its work
                process = subprocess.Popen([f'{BUILD}/refbrokerd', 'backup', 'copy', 'broker.yaml'],
                                           cwd=self.region.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.settled(tickets[-12:-6])
                process.send_signal(signal.SIGKILL)
                process.wait()
            said = self.backup()
            self.assertEqual(said['broker'], 'running')
            positions.append(int(said['batches']))
            folder, told = self.restored(number)
            self.assertEqual(int(told['batches']), positions[-1])
        self.settled(tickets)
        self.assertEqual(positions, sorted(positions))
        self.assertEqual(self.broker.stop(), 0)
        whole = self.backup()
        self.assertEqual(whole['broker'], 'stopped')
        for number in range(0, CYCLES):
            at = str(positions[number])
            self.assertEqual(self.fold_at(at, f'restored-{number}'), self.fold_at(at), f'restored copy {number}')
        again = self.backup()
        self.assertEqual((again['new'], again['bytes'], again['batches']), ('0', '0', whole['batches']))

    def test_a_restored_broker_is_given_again_what_it_lost_and_nothing_twice(self):
        """The real agent: what it was told is stored after the backup comes back by itself."""
        from site_agent_test import CENTRE, CURATOR, Site
        site = Site(self.region, 'clinic-komi', ['specialist-clinic-komi'])
        centre = Site(self.region, CENTRE, [CURATOR])
        try:
            for number in range(20, 24):
                self.assertFalse(site.submit(number).refused)
            site.spool_empty()
            self.backup()
            for number in range(24, 27):
                self.assertFalse(site.submit(number).refused)
            site.spool_empty()
            before = {row.view.id for row in site.ask(exchange.QUERY_REFERRALS).referrals}
            self.assertEqual(len(before), 7)
            numbers = {row.view.case_number for row in site.ask(exchange.QUERY_REFERRALS).referrals}
            self.broker.kill()
            shutil.rmtree(self.region.path('store'))
            code, output, errors = self.tool('restore', 'copy')
            self.assertEqual(code, 0, output + errors)
            self.broker = self.region.restart()
            site.process.wait_for('broker_restored')
            site.process.wait_for('mirror_resynced')
            site.spool_empty()
            answer = site.waits_until(lambda answer: sum(not row.waiting for row in answer.referrals) == 7,
                                      exchange.QUERY_REFERRALS)
            self.assertEqual({row.view.id for row in answer.referrals}, before)
            self.assertFalse([row for row in answer.referrals if row.problems])
            status = site.ask(exchange.QUERY_STATUS).status
            self.assertEqual([one.referrals for one in status if one.position], [7])
            now = {row.view.case_number for row in answer.referrals}
            self.assertEqual(len(now & numbers), 4)  # no number that was told is another family's now
            self.assertEqual(len(now), 7)
            centre.process.expects('broker_restored')
        finally:
            site.close()
            centre.close()

    def test_a_form_given_again_to_an_agent_that_lost_its_store_outlives_the_brokers_loss_too(self):
        from site_agent_test import Site
        site = Site(self.region, 'clinic-komi', ['specialist-clinic-komi'])
        old, new = os.urandom(16), os.urandom(16)
        try:
            self.assertFalse(site.submit(20, old).refused)
            site.spool_empty()
            self.backup()
            self.assertFalse(site.submit(21, new).refused)
            site.spool_empty()
            site.process.kill()
            shutil.rmtree(f'{site.folder}/store')  # the agent's disk
            site.start().wait_for('mirror_resynced')
            for number, identity in ((20, old), (21, new)):  # whoever submitted gives the forms again, to be sure
                reply = site.submit(number, identity)
                self.assertTrue(reply.repeated and not reply.refused, reply)
            self.broker.kill()
            shutil.rmtree(self.region.path('store'))  # then the broker's
            code, output, errors = self.tool('restore', 'copy')
            self.assertEqual(code, 0, output + errors)
            self.broker = self.region.restart()
            site.process.wait_for('broker_restored')
            site.process.wait_for('mirror_resynced')
            site.spool_empty()
            answer = site.waits_until(lambda answer: sum(not row.waiting for row in answer.referrals) == 2,
                                      exchange.QUERY_REFERRALS)
            self.assertEqual({row.view.id for row in answer.referrals}, {old, new})
            self.assertFalse([row for row in answer.referrals if row.problems])
            status = site.ask(exchange.QUERY_STATUS).status
            self.assertEqual([one.referrals for one in status if one.position], [2])
        finally:
            site.close()

    def test_a_mirror_of_a_lost_life_is_sent_anew_and_ids_do_not_come_again(self):
        centre = self.region.agent('centre-syktyvkar-1')
        centre.hello()
        self.settled(self.give(1))
        centre.wait_for_view(exchange.DELIVERY_OFFER)
        self.backup()
        self.settled(self.give(1))
        centre.listen(lambda: len(centre.views(exchange.DELIVERY_OFFER)) == 2, 'the second offer')
        lost = {entity for entity, _ in centre.views(exchange.DELIVERY_OFFER)}
        self.broker.kill()
        shutil.rmtree(self.region.path('store'))
        self.assertEqual(self.tool('restore', 'copy')[0], 0)
        self.broker = self.region.restart()
        self.school.disconnect()
        self.assertNotEqual(self.school.hello().life, 0)
        self.settled(self.give(2))
        centre.disconnect()
        centre.hello()
        centre.listen(lambda: len(centre.views(exchange.DELIVERY_OFFER)) == 3, 'a new view')
        offers = {entity for entity, _ in centre.views(exchange.DELIVERY_OFFER)}
        self.assertEqual(len(offers & lost), 1)  # that of before the backup

    def test_what_is_no_backup_or_no_empty_store_is_refused(self):
        self.settled(self.give(1))
        os.mkdir(self.region.path('papers'))
        self.region.write('papers/letter.txt', 'mine')
        for folder, said in (('papers', 'no backup'), ('store', 'no backup')):
            code, output, errors = self.tool('backup', folder)
            self.assertEqual((code, output), (73, ''), errors)
            self.assertIn(said, errors)
        self.backup()
        code, _, errors = self.tool('restore', 'copy')
        self.assertEqual(code, 73, errors)
        code, _, errors = self.tool('restore', 'papers')
        self.assertEqual(code, 66, errors)
        other = Region()
        try:
            other.start().expects('configuration_warning')
            code, _, errors = other.run('refbrokerd', 'backup', self.region.path('copy'), 'broker.yaml')
            self.assertEqual(code, 65, errors)
            self.assertIn('another journal', errors)
        finally:
            other.close()
        self.backup()

    def test_a_damaged_backup_is_not_restored(self):
        referral = self.school.referral(labels(), facts())
        self.assertFalse(self.school.do(SPECIALIST, submit=referral).refused)
        self.backup()
        path = self.region.path('copy/journal/data.mdb')
        with open(path, 'rb') as file:
            content = file.read()
        mark = referral.sections[0].sealed
        with open(path, 'wb') as file:
            file.write(content.replace(mark, bytes([mark[0] ^ 1]) + mark[1:]))
        os.mkdir(self.region.path('fresh'))
        self.region.write('fresh/broker.yaml', self.region.read('broker.yaml').replace('keys/', '../keys/'))
        code, _, errors = self.tool('restore', 'copy', folder='fresh')
        self.assertEqual(code, 65, errors)
        self.assertFalse(os.path.exists(self.region.path('fresh/store/journal')))
        code, _, errors = self.tool('backup', 'copy')
        self.assertEqual(code, 65, errors)

    def test_damage_to_the_last_batch_is_found_though_the_state_is_lost(self):
        referral = self.school.referral(labels(), facts())
        self.assertFalse(self.school.do(SPECIALIST, submit=referral).refused)
        self.broker.kill()
        path = self.region.path('store/journal/data.mdb')
        with open(path, 'rb') as file:
            content = file.read()
        mark = referral.sections[0].sealed
        with open(path, 'wb') as file:
            file.write(content.replace(mark, bytes([mark[0] ^ 1]) + mark[1:]))
        shutil.rmtree(self.region.path('store/state'))
        for command in ((), ('fsck',), ('rebuild',)):
            code, output, errors = self.tool(*command)
            self.assertEqual((code, output), (65, ''), errors)
            self.assertIn('last batch is not what was written', errors)

    def test_a_full_disk_breaks_the_backup_and_nothing_else(self):
        disk = self.region.path('disk')
        os.mkdir(disk)
        mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], check=False,
                                 capture_output=True)
        if mounted.returncode != 0:
            self.skipTest('no right to mount')
        try:
            self.settled(self.give(40))
            self.backup('disk/copy')
            with open(f'{disk}/rest', 'wb') as file:
                try:
                    file.write(bytes(4 << 20))
                except OSError:
                    pass
            for _ in range(5):
                self.settled(self.give(60))
            code, _, errors = self.tool('backup', 'disk/copy')
            self.assertEqual(code, 74, errors)
            self.settled(self.give(1))
            os.unlink(f'{disk}/rest')
            subprocess.run(['mount', '-o', 'remount,size=32m', disk], check=True)
            self.assertGreater(int(self.backup('disk/copy')['new']), 0)
            self.restored(1, self.region.path('disk/copy'))
        finally:
            subprocess.run(['umount', disk], check=False)

    def test_a_stranger_gets_nothing_from_the_socket(self):
        path = self.region.path('store/tools.sock')
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        if os.getuid() != 0:
            self.skipTest('only root can be somebody else')
        os.chmod(self.region.path('store'), 0o711)
        os.chmod(path, 0o666)
        child = os.fork()
        if child == 0:
            os.chdir(self.region.path('store'))
            os.setuid(65534)
            with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
                socket.linger = 0
                socket.connect('ipc://tools.sock')
                socket.send(bytes([1]) + bytes(12))
                os._exit(0 if socket.poll(15000) and socket.recv() == bytes(1) else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.broker.wait_for('tool_refused', 'uid=65534')
        for rubbish in (b'', b'\0', b'\x09' * 40, bytes([2]) + bytes(12), bytes([4]) + bytes(11)):
            with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
                socket.linger = 0
                socket.connect(f'ipc://{path}')
                socket.send(rubbish)
                self.assertTrue(socket.poll(15000))
                self.assertEqual(socket.recv(), bytes(1))
        self.broker.expects('tool_request_bad')
        self.settled(self.give(1))


if __name__ == '__main__':
    tap.main()
