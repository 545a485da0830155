"""A small region whose daemons write down what they do to their disks and what they tell others (record_preload.c)."""

import os
import re
import struct
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../system'))

import tap  # noqa: E402,F401  pylint: disable=wrong-import-position,unused-import
from proto import exchange_pb2 as exchange  # noqa: E402  pylint: disable=wrong-import-position
from region import BUILD, SPECIALIST, Region, labels  # noqa: E402  pylint: disable=wrong-import-position
from agent import uuid7  # noqa: E402  pylint: disable=wrong-import-position
from site_agent import FORM, Site  # noqa: E402  pylint: disable=wrong-import-position

SCHOOL, CENTRE, MINISTRY = 'school-syktyvkar', 'centre-syktyvkar-1', 'social-komi-1'
ADMINISTRATOR = 'administrator-komi'
CURATORS = ('curator-syktyvkar-1', 'curator-syktyvkar-2')
CREATE, RENAME, WRITE, SYNC, SYNC_DIR, TOLD = 1, 3, 5, 8, 9, 13  # record_layout.h
CONFIGURATION = ('broker.yaml', 'calendar.yaml', 'policy.yaml', 'directory/00-territories.yaml',
                 'directory/10-agencies.yaml', 'directory/90-keys.yaml')
PART_BYTES = 4096
# Appends to its agent's record what it was run with and how it ends (RECORD_TOLD); it never takes a receipt of delivery.
HOOK = r'''#!/bin/sh
IFS= read -r event
case $event in *'"receipt":"delivered"'*) status=1 ;; *) status=0 ;; esac
size="\\$(printf %03o $((${#event} % 256)))\\$(printf %03o $((${#event} / 256)))"
printf "HEAD%s" "$event" >>RECORD
exit $status
'''.replace('HEAD', rf'\{TOLD:03o}' + r'\0' * 15 + r'\00$status' + r'\0' * 7 + '$size' + r'\0' * 6)
PARTIES = {'broker': '.', SCHOOL: SCHOOL, CENTRE: CENTRE}  # who -> the folder that its store is in


class Recorded:
    """Forms are taken, curators answer, hooks run, families are erased, the policy changes, processes are killed and
    start again; close() leaves the records.

    lmdb  flags that every LMDB environment of the daemons gets besides
    """

    def __init__(self, folder, lmdb=0):
        self.region, self.sites, self.folder = Region(), {}, folder
        # Many families, few curators; a start before a proposal was adopted, which the files say already.
        self.region.expects('case_escalated', 'configuration_differs')
        environment = {}
        for party, place in PARTIES.items():
            environment[party] = {
                'LD_PRELOAD': f'{BUILD}/tests/crash/record_preload.so', 'REFBROKER_RECORD': self.record(party),
                'REFBROKER_RECORD_BELOW': os.path.normpath(self.region.path(place)),
                'REFBROKER_RECORD_LMDB': str(lmdb)}
        self.region.env = environment['broker']
        self.region.start()
        self.start_site(SCHOOL, [SPECIALIST], environment[SCHOOL], 'receipt')
        self.start_site(CENTRE, CURATORS, environment[CENTRE], 'offer')
        self.ministry = self.region.agent(MINISTRY)
        self.answered, self.accepted, self.adoptions = set(), [], 0

    def start_site(self, name, workers, environment, event):
        site = self.sites[name] = Site(self.region, name, workers, environment,
                                       f'hooks: [{{on: [{event}], run: hook}}]', ready=False)
        with open(f'{site.folder}/hook', 'w', encoding='utf-8') as file:
            file.write(HOOK.replace('RECORD', self.record(name)))
        os.chmod(f'{site.folder}/hook', 0o700)
        self.start_agent(site).wait_for('mirror_resynced')  # of what follows every hook is told

    @staticmethod
    def start_agent(site):
        site.start().expects('hook_failed', 'drop_waits')
        return site.process

    def restart_agent(self, site):
        site.process.kill()
        self.start_agent(site)

    def record(self, party):
        return f'{self.folder}/{party}.record'

    def submit(self, numbers):
        for number in numbers:
            reply = self.sites[SCHOOL].submit(number)
            assert all(problem.code == exchange.REFUSAL_SPOOL_FULL for problem in reply.problems), reply

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
        centre, answered = self.sites[CENTRE], self.answered
        enough = len(answered) + least
        while len(answered) < enough:
            for actor in CURATORS:
                for row in centre.ask(exchange.QUERY_INBOX, actor).inbox:
                    offer = row.delivery.offer
                    if row.delivery.WhichOneof('view') == 'offer' and offer.worker == actor and \
                            offer.id not in answered:
                        answered.add(offer.id)
                        self.answer_one(centre, actor, offer, len(answered))
            centre.socket.poll(10)

    def answer_one(self, centre, actor, offer, count):
        if count % 4 == 0:
            answer = {'refuse': exchange.Refuse(offer=offer.id, token=offer.token, reason=1)}
        else:
            answer = {'accept': exchange.Accept(offer=offer.id, token=offer.token)}
            self.accepted.append(offer.case_id)
        centre.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=actor, **answer))

    # -- the administrator

    def administer(self, **command):
        self.ministry.disconnect()  # the broker may be another process by now
        self.ministry.hello()
        reply = self.ministry.do(ADMINISTRATOR, **command)
        assert not reply.refused, reply

    def ask_until(self, holds, kind, **more):
        while not holds(answer := self.ministry.ask(kind, ADMINISTRATOR, **more)):
            self.ministry.socket.poll(20)

    def erase(self, count):
        """Cases that a curator accepted, so that two sites have something of each."""
        for _ in range(count):
            self.administer(erase=exchange.Erase(subject=self.accepted.pop(0), reason='отзыв согласия'))

    def every_site_has_erased(self):
        self.ministry.hello()
        self.ask_until(lambda answer: answer.erasures and all(row.confirmed_us for row in answer.erasures),
                       exchange.QUERY_ERASURES)

    def edit(self):
        """The next adoption's set: policy and directory say the same number."""
        self.adoptions += 1
        for name, pattern, value in (
                ('policy.yaml', r'(?m)^(title: .*, en: )[^}]*', f'Adoption {self.adoptions}'),
                ('directory/10-agencies.yaml', r'(id: curator-syktyvkar-[12],.* capacity: )\d+', 30 + self.adoptions)):
            text, count = re.subn(pattern, rf'\g<1>{value}', self.region.read(name))
            assert count, name
            self.region.write(name, text)

    def adopt_files(self):
        self.edit()
        self.region.reload()

    def propose(self):
        """-> the proposal's id; it is being checked"""
        self.edit()
        coded = exchange.PolicyFiles(files=[
            exchange.PolicyFile(name=name, text=self.region.read(name).encode()) for name in CONFIGURATION
        ]).SerializeToString()
        parts, proposal = [coded[at:at + PART_BYTES] for at in range(0, len(coded), PART_BYTES)], os.urandom(16)
        for index, data in enumerate(parts):
            self.administer(policy_part=exchange.PolicyPart(proposal=proposal, index=index, count=len(parts), data=data))
        self.administer(policy_apply=exchange.PolicyApply(proposal=proposal, count=len(parts)))
        return proposal

    def adopted(self, proposal):
        self.ministry.hello()
        self.ask_until(lambda answer: answer.proposals[0].state == exchange.PROPOSAL_ADOPTED,
                       exchange.QUERY_PROPOSAL, subject=proposal)

    def live(self):
        school, centre, region = self.sites[SCHOOL], self.sites[CENTRE], self.region
        self.submit(range(12))
        self.drop(4)
        self.answer(6)
        self.drop(2)
        self.adopted(self.propose())
        self.erase(1)
        self.restart_agent(school)
        self.submit(range(12, 24))
        region.broker.kill()
        self.submit(range(24, 32))
        region.restart()
        centre.process.kill()
        self.erase(2)  # while a site is away that has something
        self.adopt_files()
        self.drop(6)
        school.spool_empty()
        self.start_agent(centre)
        proposal = self.propose()
        region.broker.kill()
        region.restart()
        self.ministry.disconnect()
        self.adopted(proposal)
        self.answer(8)
        self.erase(1)
        region.broker.kill()
        region.restart()
        self.ministry.disconnect()
        self.submit(range(32, 40))
        while len(school.dropped('done')) < 12:
            school.socket.poll(20)
        school.spool_empty()
        centre.spool_empty()
        self.every_site_has_erased()

    def close(self):
        """-> lines of level warn or above that nobody expected"""
        for site in self.sites.values():
            site.close()
        return self.region.close()
