"""What happens in the region: forms are submitted, curators answer, supervisors decide. No word is printed here."""

import concurrent.futures
import datetime
import glob
import os
import re
import shutil
import threading
import time

from region import PATIENCE_S, Failure, Refused, wait_until

FORM_NAME = re.compile(r'(\d{4}-\d\d-\d\d)-(.+)-(\d{3})\.(?:yaml|json)')
DONE_ID = re.compile(r'(?m)^id: (\S+)$')

# A curator refuses the cases whose serial number divides by this, for one of the reasons in turn.
REFUSE_EVERY = 11
REASONS = (
    ('no-capacity', 'на этой неделе принято три семьи'),
    ('unsafe-for-staff', 'нужен выезд вдвоём'),
    ('out-of-territory', 'семья живёт на другом конце района'),
    ('conflict-of-interest', 'куратор лично знаком с семьёй'),
)
# In these weeks nobody takes the first new case of a district: the supervisor must decide. The first case is decided
# at once; the second still stands on the supervisor's desk when the weeks are over.
STUBBORN = {2: 'tatarsky', 7: 'kuybyshevsky'}
DECIDED = 'tatarsky'
OUTCOMES = ('kept-in-family', 'kept-in-family', 'returned-to-parents', 'guardianship', 'kept-in-family',
            'family-declined')
WORKED_ON = ('planning', 'active', 'monitoring')


class Form:
    def __init__(self, path):
        self.path, self.name = path, os.path.basename(path)
        found = FORM_NAME.fullmatch(self.name)
        self.date, self.site = datetime.date.fromisoformat(found[1]), found[2]
        self.id = None  # as its agent answered
        self.sent = False


class Month:
    def __init__(self, region, forms_folder, drop_site):
        self.region, self.drop_site = region, drop_site
        self.forms = [Form(path) for path in sorted(glob.glob(f'{forms_folder}/2*'))]
        self.senders = {site: self.first_of(site, 'specialist') for site in {form.site for form in self.forms}}
        self.administrator = self.first_of('social-region-1', 'administrator')
        self.head = self.first_of('social-region-1', 'supervisor')
        self.pool = concurrent.futures.ThreadPoolExecutor(4)
        self.lock = threading.Lock()
        self.silent = set()  # sites whose agent has no connection
        self.week = 0
        self.accepted = 0
        self.refusals = {}   # case number -> how many
        self.opened = {}     # case number -> referrals that its lead has looked at
        self.stubborn = {}   # district -> case number
        self.closed = {}     # case number -> outcome
        self.merged = None   # (case number, of the case that it went into)

    def first_of(self, site, role):
        return next(worker for worker in self.region.people_of(site) if role in self.region.workers[worker][1])

    # -- submitting

    def weeks(self):
        """The forms in lists, Monday to Sunday each."""
        weeks = {}
        for form in self.forms:
            weeks.setdefault(form.date.isocalendar()[:2], []).append(form)
        return [weeks[week] for week in sorted(weeks)]

    def submit(self, forms):
        """Every site sends its own, all at once; ends when the agents have taken all."""
        by_site = {}
        for form in forms:
            by_site.setdefault(form.site, []).append(form)
        for _ in self.pool.map(lambda site: self.submit_site(site, by_site[site]), by_site):
            pass

    def submit_site(self, site, forms):
        if site == self.drop_site:
            self.drop(forms)
        else:
            answer = self.region.ask(self.senders[site], 'submit', *(form.path for form in forms))
            for form, told in zip(forms, answer['forms']):
                form.id = told['id']
        for form in forms:
            form.sent = True

    def drop(self, forms):
        """Files moved into incoming/, as a program of the site would do; done/ says the ids."""
        folder = f'{self.region.folder}/agents/drop/{self.drop_site}'
        for form in forms:
            shutil.copy(form.path, f'{folder}/{form.name}')
            os.rename(f'{folder}/{form.name}', f'{folder}/incoming/{form.name}')
        for form in forms:
            form.id = wait_until(lambda name=form.name: self.waiting_at(self.drop_site) is not None
                                 and read_id(f'{folder}/done/{name}'), f'{form.name} in done/')

    def submit_again(self, forms):
        """The same forms with the same ids, as somebody would who was not sure whether the first time worked."""
        def again(form):
            answer = self.region.ask(self.senders[form.site], 'submit', '--id', form.id, form.path)
            return answer['forms'][0]['id'] == form.id

        return all(self.pool.map(again, forms))

    def expected(self):
        """How many referrals the broker must hold by now."""
        return sum(1 for form in self.forms if form.sent and form.site not in self.silent)

    # -- asking

    def broker(self):
        """The broker's own figures; None while it is away."""
        try:
            return self.region.ask(self.administrator, 'status').get('broker')
        except Refused:
            return None

    def figure(self, name):
        """One of them; 0 while the broker is away."""
        return (self.broker() or {}).get(name, 0)

    def waiting_at(self, site):
        """How many commands wait in a site's agent."""
        try:
            return self.region.ask(self.senders[site], 'status')['agent']['spool_waiting']
        except Refused as refused:
            # Without a connection the status is printed and the exit status is not 0.
            found = re.search(r'"spool_waiting": (\d+)', refused.output)
            return int(found[1]) if found else None

    def cases(self):
        return self.region.rows(self.administrator, 'case', 'ls')

    def referrals(self):
        """Every referral as its own sender sees it, by id."""
        lists = self.pool.map(lambda site: self.region.rows(self.senders[site], 'referral', 'ls'), self.senders)
        return {row['id']: row for rows in lists for row in rows}

    # -- curators answer

    def settle(self, progress):
        """Until every referral has arrived and no offer is open that somebody connected could answer."""
        until = time.monotonic() + PATIENCE_S
        while True:
            figures = self.broker()
            progress(figures)
            if figures and figures['referrals'] == self.expected():
                asked = self.asked()
                if not asked:
                    return
                for _ in self.pool.map(lambda site: self.answer_site(site, asked[site]), asked):
                    pass
            if time.monotonic() > until:
                raise Failure(f'still waiting after {PATIENCE_S} s: {figures}')

    def asked(self):
        """site -> curators with open offers, where somebody can answer."""
        asked = {}
        for row in self.region.rows(self.head, 'curator', 'ls'):
            if row['open_offers'] > 0 and row['site'] not in self.silent:
                asked.setdefault(row['site'], []).append(row['id'])
        return asked

    def answer_site(self, site, workers):
        for worker in workers:
            for row in self.region.rows(worker, 'inbox', '--seen'):
                if row['kind'] == 'offer' and row['state'] in ('offered', 'proposed'):
                    self.answer(worker, row)

    def answer(self, worker, offer):
        number = offer['case']
        if self.is_unwanted(offer):
            # Whom all refuse gets the first two reasons only: the supervisor can talk about them.
            kinds = 2 if number in self.stubborn.values() else len(REASONS)
            code, note = REASONS[(serial(number) + self.refusals[number]) % kinds]
            self.region.ask(worker, 'refuse', number, '--reason', code, '--note', note)
        else:
            self.region.ask(worker, 'accept', number)
            with self.lock:
                self.accepted += 1

    def is_unwanted(self, offer):
        """Shall this offer be refused? Then it is counted."""
        number, district = offer['case'], STUBBORN.get(self.week)
        with self.lock:
            if (offer['labels']['territory'] == district and district not in self.stubborn
                    and not offer['emergency'] and not offer['possible_duplicate']):
                self.stubborn[district] = number
            refused = self.refusals.get(number, 0)
            unwanted = number in self.stubborn.values() or (
                refused == 0 and serial(number) % REFUSE_EVERY == 0 and not offer['possible_duplicate'])
            if unwanted:
                self.refusals[number] = refused + 1
            return unwanted

    def open_cases(self):
        """Leads open the cases that came to them without an offer, or that somebody else has reported, too."""
        rows = [row for row in self.cases()
                if row['lead'] and len(row['referrals']) > self.opened.get(row['number'], not row['emergency'])]
        for row in rows:
            self.opened[row['number']] = len(row['referrals'])
        for _ in self.pool.map(lambda row: self.region.ask(row['lead'], 'case', 'show', row['number']), rows):
            pass

    # -- supervisors decide

    def decide(self, district):
        """The supervisor talks to the curators and appoints one by hand."""
        number = self.stubborn[district]

        def supervisor():
            for worker in self.region.of_role('supervisor'):
                if any(row['kind'] == 'task' and row['case'] == number
                       for row in self.region.rows(worker, 'inbox', '--seen')):
                    return worker
            return None

        chief = wait_until(supervisor, f'a supervisor has the task of {number}')
        curator = self.first_of(self.region.site_of(chief), 'case-curator')
        self.region.ask(chief, 'assign', number, curator, '--note',
                        'договорились: одну семью у куратора возьмёт коллега')

    def close_some(self, wanted):
        """Some cases come to their end, the wanted ones first; those of districts with a supervisor on line."""
        outcomes = list(OUTCOMES)
        ripe = {}
        for supervisor in self.region.of_role('supervisor'):
            if self.region.site_of(supervisor).startswith('social-') and supervisor != self.head:
                for row in self.region.rows(supervisor, 'case', 'ls'):
                    if row['lead'] and row['state'] in WORKED_ON and not row['possible_duplicate']:
                        ripe.setdefault(row['number'], (row, supervisor))
        order = sorted(ripe.values(), key=lambda found: (found[0]['number'] not in wanted, found[0]['emergency'],
                                                         found[0]['opened']))
        for row, supervisor in order[:len(outcomes)]:
            self.close(row, supervisor, outcomes.pop(0))

    def close(self, row, supervisor, outcome):
        """The lead proposes the outcome, somebody else approves it."""
        self.region.ask(row['lead'], 'outcome', row['number'], outcome)
        self.region.ask(supervisor, 'outcome', row['number'], '--approve')
        self.closed[row['number']] = outcome

    def cases_of(self, names):
        """The numbers of the cases that hold the forms of these names."""
        ids = {form.id for form in self.forms if form.name in names}
        return [row['number'] for row in self.cases() if ids & set(row['referrals'])]

    def merge_one(self):
        """A curator looks at a case that may be of a known family, and confirms it."""
        for row in self.cases():
            pair = (row['number'], row['possible_duplicate'])
            if row['lead'] and pair[1] and not set(pair) & set(self.stubborn.values()):
                self.region.ask(row['lead'], 'duplicate', row['number'], '--confirm')
                self.merged = pair
                return


def serial(number):
    """NSO-2026-000123-7 -> 123"""
    return int(number.split('-')[2])


def read_id(path):
    try:
        with open(path, encoding='utf-8') as file:
            found = DONE_ID.search(file.read())
    except FileNotFoundError:
        return None
    return found[1] if found else None
