"""What must be true when the weeks are over. Each claim is (does it hold, its text); the demonstration fails with
the first that does not hold."""


class Proof:
    def __init__(self, story, families, tell):
        self.story, self.month, self.tell = story, story.month, tell
        self.cases = list(story.cases.values())
        self.case_of = {}  # referral -> its cases
        for row in self.cases:
            for code in row['referrals']:
                self.case_of.setdefault(code, []).append(row)
        self.by_name = {form.name: form for form in self.month.forms}
        self.strong = [names for label, names in families if label.startswith('strong')]
        self.weak = [names for label, names in families if label.startswith('weak')]

    def claims(self):
        return [self.nothing_lost(), self.nothing_twice(), self.everybody_has_a_curator(), self.strong_families(),
                self.weak_families(), self.strangers_apart(), self.receipts()]

    def nothing_lost(self):
        taken = [form.id for form in self.month.forms if form.id]
        held = sum(code in self.case_of for code in taken)
        figure = self.month.figure('referrals')
        holds = len(taken) == len(self.month.forms) == held == figure and len(taken) > 0
        return holds, self.tell(
            f'Ничего не потеряно: отправлено {len(self.month.forms)}, принято агентами {len(taken)}, у брокера '
            f'{figure}, в случаях {held}.',
            f'Nothing is lost: sent {len(self.month.forms)}, taken by the agents {len(taken)}, at the broker '
            f'{figure}, in cases {held}.')

    def nothing_twice(self):
        again = [form for form in self.month.forms[::16] if form.site != self.month.drop_site]
        same = self.month.submit_again(again)
        places = sum(len(rows) for rows in self.case_of.values())
        ids = len({form.id for form in self.month.forms})
        after = self.month.figure('referrals')
        holds = same and places == len(self.case_of) == ids == after
        return holds, self.tell(
            f'Ничего не удвоено: номеров {ids}, мест в случаях {places}; ещё раз отправлено {len(again)} форм — у '
            f'брокера по-прежнему {after}.',
            f'Nothing is doubled: ids {ids}, places in cases {places}; {len(again)} forms were sent once more, '
            f'the broker still holds {after}.')

    def everybody_has_a_curator(self):
        led = sum(bool(row['lead']) and not row['closed'] and row['state'] != 'merged' for row in self.cases)
        ended = sum(bool(row['outcome']) for row in self.cases)
        merged = sum(row['state'] == 'merged' for row in self.cases)
        desks = [row for row in self.cases if row['desk'] and not row['lead']]
        names = '; '.join(f'{row["number"]}, {self.desk_name(row)}' for row in desks)
        holds = led + ended + merged + len(desks) == len(self.cases) > 0
        return holds, self.tell(
            f'Никто не забыт: случаев {len(self.cases)} — с куратором {led}, завершены {ended}, объединены '
            f'{merged}, на столе {len(desks)}' + (f' ({names}).' if names else '.'),
            f'Nobody is forgotten: {len(self.cases)} cases; with a curator {led}, ended {ended}, merged {merged}, '
            f'on a desk {len(desks)}' + (f' ({names}).' if names else '.'))

    def desk_name(self, row):
        region, code = self.month.region, row['desk_agency']
        roles = {'triage': 'intake-curator'}
        workers = [worker for worker in region.of_role(roles.get(row['desk'], row['desk']))
                   if region.site_of(worker).startswith(code)]
        return ', '.join(region.title(worker) for worker in workers) or region.title(code)

    def cases_of(self, names):
        """The cases of forms, following what a curator has merged."""
        numbers = []
        for name in names:
            form = self.by_name.get(name)
            row = self.case_of.get(form.id if form else None, [None])[0]
            numbers.append(row['number'] if row else None)
        return numbers

    def merged(self, number):
        row = self.story.cases.get(number)
        return row['merged_into'] or number if row else None

    def strong_families(self):
        together = sum(len({self.merged(number) for number in self.cases_of(names)}) == 1
                       and None not in self.cases_of(names) for names in self.strong)
        forms = sum(len(names) for names in self.strong)
        return together == len(self.strong) > 0, self.tell(
            f'Одна семья — один случай: {together} из {len(self.strong)} семей, о которых сообщили {forms} раз и '
            f'писали по-разному.',
            f'One family, one case: {together} of {len(self.strong)} families that were reported {forms} times '
            f'and spelled differently.')

    def weak_families(self):
        flagged = 0
        for names in self.weak:
            rows = [self.story.cases.get(number) for number in self.cases_of(names)]
            numbers = {row['number'] for row in rows if row}
            by_hand = numbers == {self.month.merged[1]}  # a curator has seen the mark
            flagged += by_hand or any(row and row['possible_duplicate'] in numbers for row in rows)
        return flagged == len(self.weak) > 0, self.tell(
            f'Похожие семьи не сливаются сами: {flagged} из {len(self.weak)} помечены, решает куратор (один раз '
            f'уже решил: {self.month.merged[0]} — та же семья).',
            f'Similar families do not merge by themselves: {flagged} of {len(self.weak)} are marked, a curator '
            f'decides (one did already: {self.month.merged[0]} is the same family).')

    def strangers_apart(self):
        group = {name: label for label, names in enumerate(self.strong) for name in names}
        weak = {name: label for label, names in enumerate(self.weak) for name in names}
        mixed = 0
        for row in self.cases:
            forms = self.story.forms_of(row)
            families = {('s', group[form.name]) if form.name in group else
                        ('w', weak[form.name]) if form.name in weak else ('f', form.name) for form in forms}
            mixed += len(families) > 1
        expected = len(self.month.forms) - sum(len(names) - 1 for names in self.strong)
        return mixed == 0 and len(self.cases) == expected, self.tell(
            f'Чужие семьи не перепутаны: случаев {len(self.cases)}, должно быть {expected}; смешанных {mixed}.',
            f'No strangers are mixed up: {len(self.cases)} cases, {expected} expected; mixed {mixed}.')

    def receipts(self):
        known = self.story.referrals
        rows = [known[form.id]['receipts'] for form in self.month.forms if form.id in known]
        kinds = ('stored', 'delivered', 'seen', 'outcome')
        counts = [sum(bool(row[kind]['at']) for row in rows) for kind in kinds]
        in_order = all(times == sorted(times) for times in
                       ([row[kind]['at'] for kind in kinds if row[kind]['at']] for row in rows))
        total = len(self.month.forms)
        ended = sum(bool(row['outcome']) for row in self.cases)
        holds = counts[:3] == [total, total, total] and in_order and counts[3] >= ended > 0
        return holds, self.tell(
            f'Каждый, кто сообщил, знает, что стало: «сохранено» {counts[0]}, «доставлено» {counts[1]}, «увидено» '
            f'{counts[2]}; «итог» — {counts[3]}, по завершённым случаям.',
            f'Everybody who reported knows what became of it: stored {counts[0]}, delivered {counts[1]}, seen '
            f'{counts[2]}; outcome {counts[3]}, of the cases that have ended.')
