#!/usr/bin/python3
"""refagentd against the real broker when things go wrong: no broker, no room, kill -9, a lost store, bad forms. What it
took is delivered once, and nothing of a family stands in its log or, readable, in its files."""

import os
import re
import shutil
import unittest
import uuid

import tap
from agent import uuid7
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import SPECIALIST, SURNAME, Region, facts, labels
from site_agent import FORM, Site

SCHOOL, CENTRE, CURATOR = 'school-syktyvkar', 'centre-syktyvkar-1', 'curator-syktyvkar-1'
SECRETS = (SURNAME, 'Тестовна', 'Пробная', 'Дома холодно', '+7 000')


class SiteAgentTest(unittest.TestCase):
    def setUp(self):
        self.region = Region()
        self.region.start()
        self.sites = []

    def tearDown(self):
        for site in self.sites:
            site.close()
        logs = ''.join(program.log() for program in self.region.programs)
        self.assertEqual(self.region.close(), [])
        for secret in SECRETS:
            self.assertNotIn(secret, logs)

    def site(self, site=SCHOOL, *workers):
        self.sites.append(Site(self.region, site, workers or [SPECIALIST]))
        return self.sites[-1]

    def broker_down(self):
        self.assertEqual(self.region.broker.stop(), 0)

    def referrals_at_the_broker(self):
        ministry = self.region.agent('social-komi-1')
        ministry.hello()
        status = ministry.ask(exchange.QUERY_STATUS, 'coordinator-komi').status[0]
        ministry.disconnect()
        return status.referrals

    def test_forms_are_taken_without_a_broker_and_delivered_when_it_is_there(self):
        self.broker_down()
        school = self.site()
        for number in range(5):
            reply = school.submit(number)
            self.assertFalse(reply.refused, reply)
            self.assertEqual(reply.position, 0)
        answer = school.ask(exchange.QUERY_CURATORS)
        self.assertEqual([one.code for one in answer.problems], [exchange.REFUSAL_OFFLINE])
        self.region.restart()
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 5)

    def test_full_spool_refuses_by_name_and_loses_nothing_of_what_it_took(self):
        self.broker_down()
        school = self.site()
        taken = [school.submit(number) for number in range(20)]
        self.assertFalse(any(reply.refused for reply in taken))
        school.process.expects('spool_full')
        refused = school.submit(20)
        self.assertEqual([(one.code, one.retryable) for one in refused.problems],
                         [(exchange.REFUSAL_SPOOL_FULL, True)])
        self.assertEqual(school.ask(exchange.QUERY_STATUS).status[0].spool_waiting, 20)
        self.region.restart()
        school.spool_empty()
        self.assertFalse(school.submit(20).refused)
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 21)

    def test_killed_agent_delivers_what_it_acknowledged_once(self):
        school = self.site()
        ids = []
        for number in range(6):
            ids.append(school.submit(number).subject)
            if number % 2:
                school.restart()
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 6)
        rows = school.ask(exchange.QUERY_REFERRALS).referrals
        self.assertEqual({row.view.id for row in rows}, set(ids))

    def test_lost_store_of_a_school_comes_back_with_its_referrals_and_goes_on(self):
        school = self.site()
        identity = school.submit().subject
        school.spool_empty()
        school.process.stop()
        shutil.rmtree(f'{school.folder}/store')
        school.start()
        rows = school.waits_until(lambda answer: answer.referrals, exchange.QUERY_REFERRALS).referrals
        self.assertEqual([row.view.id for row in rows], [identity])
        self.assertRegex(rows[0].view.case_number, '^KOMI-')
        school.submit(18)
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 2)

    def test_old_copy_of_the_store_loses_nothing_of_what_it_takes_before_it_hears_the_broker(self):
        school = self.site()
        school.submit(1)
        school.spool_empty()
        school.process.stop()
        shutil.copytree(f'{school.folder}/store', f'{school.folder}/copy')
        school.start()
        school.submit(2)
        school.spool_empty()
        school.process.stop()
        shutil.rmtree(f'{school.folder}/store')
        os.rename(f'{school.folder}/copy', f'{school.folder}/store')
        self.broker_down()
        school.start()
        school.process.expects('number_used_before', 'spool_renewed')
        for number in (3, 4):  # under numbers that the broker has from before
            self.assertFalse(school.submit(number).refused)
        self.region.restart()
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 4)
        rows = school.waits_until(lambda answer: len(answer.referrals) == 4, exchange.QUERY_REFERRALS).referrals
        self.assertFalse(any(row.problems for row in rows), rows)

    def test_lost_store_of_a_curator_comes_back_with_the_family(self):
        school, centre = self.site(), self.site(CENTRE, CURATOR, 'curator-syktyvkar-2')
        school.submit()
        offers = [(actor, row.delivery.offer) for actor in (CURATOR, 'curator-syktyvkar-2')
                  for row in self.wait_for_offer(centre) if row.delivery.offer.worker == actor]
        (actor, offer), = offers
        reply = centre.call(command=exchange.Command(
            lane=exchange.LANE_NORMAL, actor=actor, accept=exchange.Accept(offer=offer.id, token=offer.token)))
        self.assertFalse(reply.refused, reply)

        def family(answer):
            return answer.cases and answer.cases[0].facts

        query = {'kind': exchange.QUERY_CASE, 'actor': actor, 'subject': offer.case_id}
        known = centre.waits_until(family, **query).cases[0]
        self.assertEqual(known.facts[0].persons[0].surname, SURNAME)
        centre.process.stop()
        self.region.assert_nowhere(f'{CENTRE}/store', *SECRETS)
        shutil.rmtree(f'{centre.folder}/store')
        centre.start()
        self.assertEqual(centre.waits_until(family, **query).cases[0].facts, known.facts)

    def test_colleague_of_the_curator_sees_what_the_broker_would_show(self):
        school, centre = self.site(), self.site(CENTRE, CURATOR, 'curator-syktyvkar-2')
        school.submit()
        offer = self.wait_for_offer(centre)[0].delivery.offer
        self.assertFalse(centre.call(command=exchange.Command(
            lane=exchange.LANE_NORMAL, actor=offer.worker,
            accept=exchange.Accept(offer=offer.id, token=offer.token))).refused)
        query = {'kind': exchange.QUERY_CASE, 'subject': offer.case_id}
        centre.waits_until(lambda answer: answer.cases and answer.cases[0].facts, actor=offer.worker, **query)
        (colleague,) = {CURATOR, 'curator-syktyvkar-2'} - {offer.worker}
        answer = centre.ask(actor=colleague, **query)
        self.assertEqual(([one.code for one in answer.problems], list(answer.cases)),
                         ([exchange.REFUSAL_NOT_FOUND], []))

    def wait_for_offer(self, centre):
        for actor in (CURATOR, 'curator-syktyvkar-2') * 200:
            rows = centre.ask(exchange.QUERY_INBOX, actor).inbox
            if rows:
                return rows
            centre.socket.poll(20)
        raise AssertionError('no offer')

    def test_broker_that_lost_its_session_is_found_again(self):
        school = self.site()
        school.submit(1)
        school.spool_empty()
        self.region.broker.kill()
        school.submit(2)
        self.region.restart()
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 2)

    # -- the drop folder

    def test_half_written_file_is_left_alone_until_it_has_its_name(self):
        school = self.site()
        incoming = f'{school.folder}/drop/incoming'
        with open(f'{incoming}/.form.yaml', 'w', encoding='utf-8') as file:
            file.write(FORM[:60])
        with open(f'{incoming}/form.yaml.part', 'w', encoding='utf-8') as file:
            file.write(FORM[:60])
        school.drop('other.yaml', FORM)
        school.process.wait_for('form_submitted')
        self.assertEqual(sorted(os.listdir(incoming)), ['.form.yaml', 'form.yaml.part'])
        self.assertEqual(os.listdir(f'{school.folder}/drop/refused'), [])

    def test_good_form_is_done_without_facts_and_arrives(self):
        school = self.site()
        school.drop('good.yaml', FORM)
        school.process.wait_for('form_submitted')
        school.spool_empty()
        self.assertEqual(self.referrals_at_the_broker(), 1)
        self.region.assert_nowhere(f'{SCHOOL}/drop', *SECRETS)
        self.assertEqual(os.listdir(f'{school.folder}/drop/done'), ['good.yaml'])

    def test_bad_forms_are_refused_with_reasons_that_repeat_no_facts(self):
        school = self.site()
        school.process.expects('form_refused')
        bad = {
            'code.yaml': FORM.replace('risk: tzs', 'risk: bad'),
            'birth.yaml': FORM.replace('2021-04-03', '2021-02-30'),
            'key.yaml': FORM.replace('patronymic:', 'patronimic:'),
            'yaml.yaml': FORM.replace('flags: [placement-risk]', 'flags: [placement-risk'),
            'text.yaml': FORM.replace('Дома холодно.', 'Дома холодно. ' * 2000),
            'name.yaml': FORM.replace(SURNAME, SURNAME + '-' * 400),
            'twice.yaml': FORM + 'circumstances: Дома холодно и пусто.\n',
            'empty.yaml': '',
        }
        for name, text in bad.items():
            school.drop(name, text)
            school.process.wait_for('form_refused')
        refused = f'{school.folder}/drop/refused'
        for name in bad:
            self.assertIn(name, os.listdir(refused))
            with open(f'{refused}/{name}.error', encoding='utf-8') as file:
                errors = file.read()
            self.assertRegex(errors, rf'{name}(:\d+:\d+)?: ')
            for secret in SECRETS:
                self.assertNotIn(secret, errors)
        self.assertEqual(school.ask(exchange.QUERY_STATUS).status[0].spool_waiting, 0)
        self.assertEqual(self.referrals_at_the_broker(), 0)

    def test_form_that_is_no_text_is_refused(self):
        school = self.site()
        school.process.expects('form_refused')
        with open(f'{school.folder}/drop/x', 'wb') as file:
            file.write(b'\x00\xff\xfe' * 100)
        os.rename(f'{school.folder}/drop/x', f'{school.folder}/drop/incoming/x.yaml')
        school.process.wait_for('form_refused')
        self.assertIn('x.yaml.error', os.listdir(f'{school.folder}/drop/refused'))

    def test_file_named_after_the_child_leaves_no_name_in_the_log(self):
        school = self.site()
        school.drop(f'{SURNAME}.yaml', FORM)
        school.process.wait_for('form_submitted')
        school.drop(f'{SURNAME}.yaml', FORM.replace('risk: tzs', 'risk: bad'))
        school.process.wait_for('form_refused')
        self.assertEqual(os.listdir(f'{school.folder}/drop/done'), [f'{SURNAME}.yaml'])

    def test_link_that_slipped_in_is_not_followed(self):
        school = self.site()
        school.process.stop()
        self.region.write(f'{SCHOOL}/elsewhere', FORM)
        taken = f'{uuid.uuid4()}-x.yaml'
        os.symlink(f'{school.folder}/elsewhere', f'{school.folder}/drop/taking/{taken}')
        school.start().wait_for('form_refused')
        self.assertEqual(sorted(os.listdir(f'{school.folder}/drop/refused')), ['x.yaml', 'x.yaml.error'])
        self.assertEqual(school.ask(exchange.QUERY_STATUS).status[0].spool_waiting, 0)
        self.assertEqual(self.referrals_at_the_broker(), 0)

    # -- its own socket

    def test_rubbish_on_its_socket_is_answered_and_costs_nobody_else(self):
        school = self.site()
        school.submit(1)
        school.process.expects('bad_frame', 'ipc_bad_frame')
        for frame, code in ((b'\xff\xfe\xfd', exchange.REFUSAL_UNREADABLE),
                            (b'\x08\x01\x9a\x06\x02ab', exchange.REFUSAL_UNKNOWN_KIND),
                            (b'\x08\x02\x5a\x00', exchange.REFUSAL_VERSION)):
            school.send(frame)
            self.assertEqual([one.code for one in school.hear().problems], [code], frame)
        self.assertFalse(school.submit(2).refused)

    def test_form_with_mistakes_is_refused_with_all_of_them(self):
        school = self.site()
        form = exchange.Form(purpose=case.PURPOSE_CASE, labels=labels(risk=0, needs=[]), facts=facts())
        reply = school.call(command=exchange.Command(lane=exchange.LANE_NORMAL, form=form))
        self.assertEqual({one.field.rsplit('.', 1)[1] for one in reply.problems}, {'risk', 'needs'})
        self.assertEqual(school.ask(exchange.QUERY_STATUS).status[0].spool_waiting, 0)

    def test_what_the_broker_refuses_is_shown_to_whoever_asked(self):
        centre = self.site(CENTRE, CURATOR)
        centre.waits_until(lambda answer: answer.status[0].connected, exchange.QUERY_STATUS)
        reply = centre.call(command=exchange.Command(lane=exchange.LANE_NORMAL, actor=CURATOR,
                                                     accept=exchange.Accept(offer=uuid7(), token=1)))
        self.assertEqual([one.code for one in reply.problems], [exchange.REFUSAL_NOT_FOUND])

    def test_revoked_site_keeps_its_forms_and_says_why_they_wait(self):
        school = self.site()
        school.submit(1)
        school.spool_empty()
        text = self.region.read('directory/90-keys.yaml')
        self.region.write('directory/90-keys.yaml',
                          re.sub(rf'(site: {SCHOOL}, .*)\}}', r'\1, revoked: yes}', text))
        self.region.reload()
        school.submit(2)
        school.process.wait_for('key_revoked')
        self.assertEqual(school.ask(exchange.QUERY_STATUS).status[0].spool_waiting, 1)
        self.assertEqual(self.referrals_at_the_broker(), 1)


if __name__ == '__main__':
    tap.main()
