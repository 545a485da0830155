#!/usr/bin/python3
"""Where a family's facts go: forty marked fields live through everything that can happen to a referral, and stand
afterwards nowhere but where they may: with whom they were disclosed to, sealed in the stores, and in the forms
themselves. Not in logs, errors, hooks, labels, files, other agencies' stores and memory, the broker's memory."""
# timeout: 240

import base64
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse

import canary
import tap
import yaml
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import BUILD, SPECIALIST, Region, labels
from site_agent import Site
from zmq.utils import z85

SCHOOL, CLINIC, POLICE, CENTRE = 'school-syktyvkar', 'clinic-komi', 'police-syktyvkar-1', 'centre-syktyvkar-1'
GUARDIANSHIP, MINISTRY = 'guardianship-komi-1', 'social-komi-1'
CURATORS, SUPERVISOR = ('curator-syktyvkar-1', 'curator-syktyvkar-2'), 'supervisor-syktyvkar'
COORDINATOR = 'coordinator-komi'
PEOPLE = {SCHOOL: [SPECIALIST], CLINIC: ['specialist-clinic-komi'], POLICE: ['specialist-police-syktyvkar'],
          GUARDIANSHIP: ['specialist-guardianship-komi'], CENTRE: [*CURATORS, SUPERVISOR],
          MINISTRY: [COORDINATOR, 'administrator-komi', 'observer-komi']}
LABELS = {'territory': 'syktyvkar', 'risk': 'tzs', 'direction': 'early-detection', 'basis': 'legal-duty',
          'needs': ['household'], 'flags': ['placement-risk']}
EVENTS = '[offer, receipt, outcome, update, case, task, notice, disclosure, refused]'
HOOK = '''#!/bin/sh
{ cat; tr '\\0' ' ' </proc/$$/cmdline; tr '\\0' ' ' </proc/$$/environ; echo; } >>told
'''
WORD, NUMBER, PHONE = canary.WORD, canary.NUMBER, canary.PHONE
SPOILT = {  # what stands in a good form -> what somebody wrote instead
    'code': ('risk: tzs', f'risk: {WORD}'),
    'code-in-list': ('- household', f'- {WORD}, у бабушки'),
    'territory': ('territory: syktyvkar', f'territory: {WORD}'),
    'key': ('patronymic:', f'{WORD}:'),
    'key-twice': ('patronymic:', 'surname:'),
    'own-key-twice': ('risk: tzs', f'{WORD}: 1\n{WORD}: 2'),
    'birth': (canary.DATES[0], canary.DATES[0] + '-' + WORD),
    'impossible-birth': (canary.DATES[0], '31.02.2019'),
    'id': ('territory:', f'id: {WORD}\nterritory:'),
    'observed': ('territory:', f'observed: {WORD}\nterritory:'),
    'quote': (f'name: {WORD}', f'name: "{WORD}'),
    'bracket': (f'name: {WORD}', f'name: [{WORD}'),
    'brace': (f'name: {WORD}', f'name: {{{WORD}: {NUMBER}'),
    'colon': (f'name: {WORD}', f'name: {WORD}: {WORD}'),
    'tab': (f'name: {WORD}', f'name: a\n\t{WORD}: b'),
    'indent': (f'  name: {WORD}', f' name: {WORD}'),
    'tag': (f'name: {WORD}', f'name: !{NUMBER} {WORD}'),
    'anchor': (f'name: {WORD}', f'name: &{NUMBER} {WORD}'),
    'alias': (f'name: {WORD}', f'name: *{NUMBER}'),
    'directive': ('', f'%{NUMBER} {WORD}\n---\n'),
    'escape': (f'name: {WORD}', f'name: "\\q{WORD}"'),
    'long-name': (f'name: {WORD}', f'name: {WORD * 40}'),
    'long-key': (f'name: {WORD}', f'{WORD * 90}: {WORD}'),
    'list-for-text': (f'name: {WORD}', f'name:\n  - {WORD}\n  -'),
    'text-for-list': ('documents:\n', f'documents: {WORD}\nrest:\n'),
    'second-document': ('', f'name: {WORD}\n---\n'),
}


def yaml_of(facts, **changes):
    form = {**LABELS, **facts, **changes}
    return yaml.safe_dump(form, allow_unicode=True, sort_keys=False, default_flow_style=False, width=1000)


class CanaryTest(unittest.TestCase):
    def setUp(self):
        self.marks, self.facts = canary.make()
        self.search = canary.Search()
        self.region = Region()
        self.region.expects('case_escalated', 'connection_lost')
        self.region.start()
        self.desk = tempfile.mkdtemp(prefix='desk-')  # the desks of people who may know the family
        self.sites, self.said = {}, []

    def tearDown(self):
        for site in self.sites.values():
            site.close()
        self.assertEqual(self.region.close(), [])
        shutil.rmtree(self.desk)

    # -- people and their tools

    def open_sites(self):
        for site, people in PEOPLE.items():
            more = f'hooks:\n  - {{on: {EVENTS}, run: hook}}\n'
            if site == CENTRE:
                more += '  - {on: [disclosure], run: hook-with-facts, facts: yes}\n'
            self.sites[site] = Site(self.region, site, people, more=more, ready=False)
            self.write(f'{self.sites[site].folder}/hook', HOOK.replace('told', f'{self.sites[site].folder}/told'))
            self.write(f'{self.sites[site].folder}/hook-with-facts', f'#!/bin/sh\ncat >>{self.desk}/told\n')
            self.sites[site].start().expects('form_refused', 'command_refused', 'hook_failed', 'connection_lost',
                                             'bad_frame', 'ipc_bad_frame')

    @staticmethod
    def write(path, text):
        with open(path, 'wb') as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, 0o700)
        return path

    def form(self, name, text):
        return self.write(f'{self.desk}/{name}', text)

    def refctl(self, *words, site=None, status=0, may_tell=False, language='ru'):
        """-> what it says; kept for the search, unless it may tell of the family"""
        command = [f'{BUILD}/refctl', *words]
        command += ['--agent', f'{self.sites[site].folder}/agent.yaml'] if site else []
        done = subprocess.run(command, cwd=self.region.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60, check=False, env={**os.environ, 'LANGUAGE': language, 'TZ': 'UTC'})
        said = (done.stdout + done.stderr).decode('utf-8', 'replace')
        self.assertIn(done.returncode, status if isinstance(status, tuple) else (status,), f'{words}: {said}')
        if not may_tell:
            self.said.append((' '.join(words), said))
        return done.stdout.decode()

    def everything_it_shows(self, site, actor, number):
        """All that a worker may ask about the case, as text and as JSON, in both languages."""
        for words in (['referral', 'ls'], ['referral', 'show', number], ['inbox'], ['case', 'ls'], ['explain', number],
                      ['case', 'timeline', number], ['curator', 'ls'], ['agency', 'ls'], ['status'],
                      ['policy', 'history']):
            for form in ([], ['--json']):
                self.refctl(*words, *form, '--as', actor, site=site, status=(0, 66, 69, 77),
                            language='en' if form else 'ru')

    def offered(self, number=None, but=None):
        """-> (number, worker) of an offer to a curator of the centre"""
        site = self.sites[CENTRE]

        def rows(answer):
            return [row.delivery.offer for row in answer.inbox
                    if row.delivery.HasField('offer') and row.delivery.offer.worker != but
                    and row.delivery.offer.case_number == (number or row.delivery.offer.case_number)]

        for worker in CURATORS * 300:
            answer = site.ask(exchange.QUERY_INBOX, worker)
            own = [offer for offer in rows(answer) if offer.worker == worker]
            if own:
                return own[0].case_number, worker
            site.socket.poll(20)
        raise AssertionError(f'no offer: {self.region.broker.log()}')

    def inbox_of(self, site, actor, kind):
        return self.sites[site].waits_until(
            lambda answer: any(row.delivery.HasField(kind) for row in answer.inbox), exchange.QUERY_INBOX, actor)

    # -- the life of a family's facts

    def refer_refuse_accept(self):
        """-> (case number, its curator)"""
        form = self.form('first.yaml', yaml_of(self.facts))
        self.refctl('submit', form, '--dry-run', site=SCHOOL)
        self.refctl('submit', form, site=SCHOOL)
        number, first = self.offered()
        self.refctl('inbox', 'show', '1', '--as', first, site=CENTRE)
        self.refctl('refuse', number, '--reason', 'no-capacity', '--as', first, site=CENTRE)
        _, lead = self.offered(number, but=first)
        self.everything_it_shows(CENTRE, lead, number)  # before the acceptance nobody there may know
        self.refctl('case', 'show', number, '--as', lead, site=CENTRE, status=(0, 66))
        self.refctl('accept', number, '--as', lead, site=CENTRE)
        self.sites[CENTRE].waits_until(lambda answer: answer.cases and answer.cases[0].facts, exchange.QUERY_CASE,
                                       lead, text=number)
        return number, lead

    def join_and_resemble(self, number, lead):
        """The same family from the clinic; a family like it from the police; danger from the school."""
        self.refctl('submit', self.form('second.json', json.dumps({**LABELS, **self.facts})), '--json', site=CLINIC)
        self.sites[CLINIC].waits_until(lambda answer: answer.referrals and answer.referrals[0].view.case_number == number,
                                       exchange.QUERY_REFERRALS)
        child = dict(self.facts['children'][0], name='К-другая', document='', patronymic='')
        self.refctl('submit', self.form('weak.yaml', yaml_of(self.facts, children=[child])), site=POLICE)
        doubt = self.sites[POLICE].waits_until(
            lambda answer: answer.referrals and answer.referrals[0].view.case_number,
            exchange.QUERY_REFERRALS).referrals[0].view.case_number
        self.assertNotEqual(doubt, number)
        _, asked = self.offered(doubt)
        self.everything_it_shows(CENTRE, asked, doubt)
        self.refctl('accept', doubt, '--as', asked, site=CENTRE)
        self.refctl('duplicate', doubt, '--confirm', '--as', asked, site=CENTRE, status=(0, 65, 66, 77))
        self.refctl('submit', self.form('danger.yaml', yaml_of(self.facts, risk='critical')), site=SCHOOL)
        self.inbox_of(GUARDIANSHIP, PEOPLE[GUARDIANSHIP][0], 'notice')
        self.inbox_of(POLICE, PEOPLE[POLICE][0], 'notice')
        self.refctl('case', 'show', number, '--as', lead, site=CENTRE, may_tell=True)

    def spoil(self):
        """Forms with every kind of mistake, through the drop folder and through refctl."""
        school, good = self.sites[SCHOOL], yaml_of(self.facts)
        school.drop('good.yaml', good)
        school.process.wait_for('form_submitted')
        bad = {f'{name}.yaml': good.replace(old, new, 1) if old else new + good for name, (old, new) in SPOILT.items()}
        bad |= {'no-text.yaml': good.encode('utf-16'), 'cp1251.yaml': good.replace('№', 'N').encode('cp1251'),
                'half-letter.yaml': good.encode().replace(WORD.encode(), WORD.encode()[:-1], 1),
                'broken.json': json.dumps({**LABELS, **self.facts}, ensure_ascii=False)[:-30],
                'twice.json': '{"law": "' + WORD + '", "law": "' + WORD + '"}',
                'missing.yaml': yaml_of(self.facts, needs=[])}
        for name, text in bad.items():
            path = self.form(name, text)
            for form in ([], ['--json']):
                self.refctl('submit', path, *form, site=SCHOOL, status=(64, 65), language='en' if form else 'ru')
            self.refctl('policy', 'explain', path, '.', status=(64, 65))
            shutil.copy(path, f'{school.folder}/drop/{name}')
            os.rename(f'{school.folder}/drop/{name}', f'{school.folder}/drop/incoming/{name}')
            school.process.wait_for('form_refused')
            self.assertIn(f'{name}.error', school.dropped('refused'))
        self.assertEqual(len([name for name in school.dropped('refused') if name.endswith('.error')]), len(bad))

    def end_it(self, number, lead):
        self.refctl('outcome', number, 'kept-in-family', '--as', lead, site=CENTRE)
        self.inbox_of(CENTRE, SUPERVISOR, 'task')
        self.refctl('outcome', number, '--approve', '--as', SUPERVISOR, site=CENTRE, status=(0, 65, 77))
        for site, people in PEOPLE.items():
            self.everything_it_shows(site, people[-1], number)
        good = self.form('explained.yaml', yaml_of(self.facts))
        for form in ([], ['--json']):
            self.refctl('policy', 'explain', good, '.', *form)
            self.refctl('policy', 'rehearse', '.', '--since', '1d', *form, '--as', COORDINATOR, site=MINISTRY)

    def crash(self):
        """kill -9 of all, and of the broker while referrals arrive."""
        for number in range(3):
            form = self.form(f'late-{number}.yaml', yaml_of(self.facts))
            self.refctl('submit', form, site=CLINIC)
            self.region.broker.kill()
            self.region.restart()
        for site in self.sites.values():
            site.restart().expects('form_refused', 'command_refused', 'hook_failed', 'connection_lost', 'bad_frame',
                                   'ipc_bad_frame')
        self.sites[CLINIC].spool_empty()

    def be_hostile(self):
        """What is malformed, and what is not for the ears that it is told to."""
        form = exchange.Form(purpose=case.PURPOSE_CASE, labels=labels(territory=WORD),
                             facts=case.Facts(persons=[case.Person(role=case.PERSON_CHILD, surname=WORD, born=WORD)],
                                              circumstances=WORD + '\0' + PHONE))
        frames = [exchange.Envelope(version=1, command=exchange.Command(lane=exchange.LANE_NORMAL, form=form, **more))
                  for more in ({}, {'actor': WORD}, {'actor': SPECIALIST, 'number': 7})]
        frames.append(exchange.Envelope(version=1, query=exchange.Query(id=1, kind=exchange.QUERY_CASE, text=WORD)))
        bad = [frame.SerializeToString() for frame in frames]
        bad += [frame.replace(WORD.encode(), WORD.encode('cp1251').ljust(len(WORD.encode()), b'\xff')) for frame in bad]
        bad += [frame[:-9] for frame in bad]
        school = self.sites[SCHOOL]
        for frame in bad:
            school.ask(exchange.QUERY_STATUS)
            school.send(frame)
            self.said.append(('answer of the agent', str(school.hear())))
        self.region.broker.expects('bad_frame')
        stranger = self.region.agent('mentors-1')
        stranger.hello()
        stranger.heard.clear()
        for frame in bad:
            stranger.send_frame(frame)
        stranger.ask(exchange.QUERY_AGENCIES, 'mentor-1')
        self.said += [('answer of the broker', str(one)) for one in stranger.heard if not one.HasField('answer')]

    # -- the claims

    def assert_nowhere(self, found):
        if found:
            self.fail('\n'.join(found))

    def logs(self):
        return [('log of ' + program.process.args[-1], program.log()) for program in self.region.programs]

    def may_hold_facts(self, path):
        """A form that was refused stays as it was, for its author to mend."""
        return '/drop/refused/' in path and not path.endswith('.error')

    def assert_no_files_elsewhere(self):
        """What the daemons have open lies in the region's folder, which is searched."""
        for program in self.region.programs:
            folder = f'/proc/{program.process.pid}/fd'
            for name in os.listdir(folder) if os.path.isdir(folder) else ():
                target = os.readlink(f'{folder}/{name}')
                self.assertTrue(target.startswith((self.region.folder, '/dev/null', 'pipe:', 'socket:', 'anon_inode:')),
                                target)

    def test_search_finds_a_planted_leak_however_it_is_written(self):
        leak = {'surname': self.marks['child 1 surname'], 'document': self.marks['father document'],
                'phone': self.marks['phone'], 'born': self.marks['mother born']}
        text = json.dumps(leak, ensure_ascii=False)
        plain = text.encode()
        planted = {'plain': plain, 'upper': text.upper().encode(), 'json': json.dumps(leak).encode(),
                   'python': ascii(plain).encode(), 'url': urllib.parse.urlencode(leak).encode(),
                   'hex': plain.hex().encode(), 'HEX': plain.hex().upper().encode(), 'hex dump': plain.hex(' ').encode(),
                   'utf-16': text.encode('utf-16'), 'cp1251': text.encode('cp1251'), 'koi8-r': text.encode('koi8-r')}
        for shift in range(4):
            moved = b'-' * shift + plain
            planted[f'base64 {shift}'] = base64.b64encode(moved)
            planted[f'base64 for URLs {shift}'] = base64.urlsafe_b64encode(moved)
            planted[f'z85 {shift}'] = z85.encode(moved + b'-' * (-len(moved) % 4))
        store = self.region.path('store/journal/data.mdb')
        self.assert_nowhere(self.search.folder(self.region.folder))
        for name, content in planted.items():
            for field, mark in leak.items():
                if name in ('plain', 'json', 'hex'):  # each mark by itself
                    self.assertTrue(self.search.text(name, json.dumps({field: mark})), (name, field))
            self.assertTrue(self.search.bytes(name, content), name)
            self.assertTrue(self.search.bytes(name, os.urandom(1 << 20) + content), f'{name} in a large file')
        with open(store, 'r+b') as file:
            file.seek(-4096, os.SEEK_END)
            file.write(planted['z85 3'])
        self.assertTrue(self.search.folder(self.region.folder))
        self.write(self.region.path(self.marks['note']), '')
        self.assertTrue(any('the name of' in found for found in self.search.folder(self.region.folder)))
        self.assertTrue(self.search.memory(os.getpid()))

    def test_marks_stand_nowhere_but_where_they_may(self):
        self.open_sites()
        number, lead = self.refer_refuse_accept()
        self.join_and_resemble(number, lead)
        self.spoil()
        self.end_it(number, lead)
        self.crash()
        known = self.refctl('case', 'show', number, '--json', '--as', lead, site=CENTRE, may_tell=True)
        for field, mark in self.marks.items():
            self.assertIn(mark, known, field)  # they did go where they may
        self.assert_nowhere(self.search.memory(self.region.broker.process.pid))
        for site in (POLICE, GUARDIANSHIP, MINISTRY):
            self.assertEqual(self.sites[site].ask(exchange.QUERY_STATUS).status[0].spool_waiting, 0)
            self.assert_nowhere(self.search.memory(self.sites[site].process.process.pid))
        self.assert_nowhere(self.search.command_lines())
        self.assert_no_files_elsewhere()
        self.be_hostile()
        for site in self.sites.values():
            self.assertEqual(site.process.stop(), 0)
        self.assertEqual(self.region.broker.stop(), 0)
        self.said.append(('fsck', ''.join(self.region.run('refbrokerd', 'fsck', 'broker.yaml')[1:])))
        self.said.append(('rebuild', ''.join(self.region.run('refbrokerd', 'rebuild', 'broker.yaml')[1:])))
        self.assert_nowhere([one for what, text in self.said + self.logs() for one in self.search.text(what, text)] +
                            self.search.folder(self.region.folder, self.may_hold_facts))
        told = os.path.getsize(f'{self.sites[CENTRE].folder}/told')
        self.assertGreater(told, 0)
        with open(f'{self.desk}/told', encoding='utf-8') as file:
            self.assertIn(self.marks['address'], file.read())  # the hook that was given facts


if __name__ == '__main__':
    tap.main()
