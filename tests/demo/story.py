"""What is told of single cases and of the curators' load; everything is asked from refctl."""

import datetime

from screen import bar

# Events of a timeline that say nothing to a reader who is told who was asked and who agreed.
TOO_FINE = ('decided', 'offer-delivered', 'offer-seen', 'offer-withdrawn', 'disclosure-ended', 'assignment-ended',
            'referral-delivered', 'referral-seen')
OF_DESKS = ('put-on-desk', 'taken-off-desk')
SAYS_WHO = ('case-opened', 'referral-joined', 'taken-off-desk')
CANDIDATES_SHOWN = 3


class Story:
    def __init__(self, month, screen, tell):
        self.month, self.region, self.screen, self.tell = month, month.region, screen, tell
        self.forms = {form.id: form for form in month.forms}
        self.cases = {row['number']: row for row in month.cases()}
        self.referrals = month.referrals()

    # -- which cases are told

    def family_case(self, groups):
        """The family that most offices reported and that they spelled most differently."""
        best, best_worth = None, None
        for names in groups:
            ids = {form.id for form in self.month.forms if form.name in names}
            row = next((row for row in self.cases.values() if ids <= set(row['referrals']) and row['lead']), None)
            if row is None:
                continue
            spelled = len(set(self.children(row).values()))
            worth = (len(ids), spelled > 1, bool(row['closed']), row['number'] not in self.month.refusals, spelled)
            if best is None or worth > best_worth:
                best, best_worth = row['number'], worth
        return best

    def urgent_case(self):
        """An emergency of which most offices were told."""
        urgent = [row for row in self.cases.values() if row['emergency'] and row['lead']]
        urgent.sort(key=lambda row: -sum(event['event'] == 'notice-sent' for event in self.timeline(row)))
        return urgent[0]['number'] if urgent else None

    # -- one case

    def tell_case(self, number, title, moral):
        row, screen, tell = self.cases[number], self.screen, self.tell
        territory = self.region.title(row['labels']['territory'])
        screen.line()
        screen.line('  ' + screen.bold(title))
        screen.line(f'  {number}, {territory}')
        self.tell_reports(row)
        decisions = self.region.rows(self.viewer(row), 'explain', number)
        screen.line('  ' + (tell('Почему этот куратор:', 'Why this curator:') if len(decisions) == 1 else
                            tell('Кого спрашивали и почему:', 'Who was asked, and why:')))
        for decision in decisions:
            screen.text(decision['sentence'][self.region.language], 4)
        for line in self.candidates(row, decisions):
            screen.text(line, 6)
        screen.line('  ' + tell('Как это было:', 'What happened:'))
        self.tell_events(row)
        screen.line('  ' + tell('Квитанции тем, кто сообщил:', 'Receipts of those who reported:'))
        self.tell_receipts(row)
        screen.text(moral)

    def tell_reports(self, row):
        children = self.children(row)
        self.screen.line('  ' + self.tell('Сообщили:', 'Reported by:'))
        for form in self.forms_of(row):
            name = children.get(form.id)
            site = self.region.title(form.site)
            date = self.tell(f'{form.date:%d.%m}', f'{form.date:%d %b}')
            self.screen.text(site + (f' — {self.quoted(name)}' if name else ''), 12, f'    {date}')

    def tell_events(self, row):
        last, told, is_ending, notices = None, set(), False, []
        events = self.timeline(row)
        for event in events:
            text = event['text'][self.region.language]
            is_ending = is_ending or event['event'] == 'outcome-proposed'  # which is a matter of desks, too
            if (event['event'] in TOO_FINE or (is_ending and event['event'] in OF_DESKS)
                    or (event['event'] == 'disclosed' and text in told)):
                continue
            told.add(text)
            if event['event'] == 'notice-sent':
                if notices:
                    continue  # all of them stand in the line of the first
                notices = [event['text'][self.region.language].split(': ', 1) for event in events
                           if event['event'] == 'notice-sent']
                text = f'{notices[0][0]}: ' + '; '.join(notice[-1] for notice in notices)
            if event['event'] in SAYS_WHO and event['actor']:
                text += f' ({self.region.title(event["actor"])})'
            at = clock(event['at'])
            self.screen.text(text, 14, '    ' + (at if at != last else ''))
            last = at

    def tell_receipts(self, row):
        tell = self.tell
        heads = [tell('Кому', 'To'), tell('сохранено', 'stored'), tell('доставлено', 'delivered'),
                 tell('увидено', 'seen'), tell('итог', 'outcome')]
        rows = []
        for form in self.forms_of(row):
            receipts = self.referrals[form.id]['receipts']
            rows.append([self.region.title(form.site)] + [
                f'✓ {clock(receipts[kind]["at"])}' if receipts[kind]['at'] else '…'
                for kind in ('stored', 'delivered', 'seen', 'outcome')])
        self.screen.table(heads, rows, 4)

    # -- what is asked

    def viewer(self, row):
        """Who may see the case: its lead, or the head of the region's supervisors' administrator."""
        return row['lead'] or self.month.administrator

    def forms_of(self, row):
        return sorted((self.forms[code] for code in row['referrals']), key=lambda form: (form.date, form.name))

    def timeline(self, row):
        return self.region.rows(self.viewer(row), 'case', 'timeline', row['number'])

    def candidates(self, row, decisions):
        """Who else could have been chosen in the last decision, as refctl prints it for people."""
        shown = []
        for line in self.region.print_for(self.viewer(row), 'explain', row['number']).splitlines():
            if line.startswith('    ') and ('█' in line or '░' in line):
                shown.append(line.strip())
            elif not line.startswith('    '):
                shown = []
        reasons = [candidate['reason'] for candidate in decisions[-1]['candidates']]
        return [line for line, reason in zip(shown, reasons) if reason != 'site-no-key'][:CANDIDATES_SHOWN]

    def children(self, row):
        """How each sender spelled the child, by the referral's id; empty when the family's data are closed."""
        spelled = {}
        for facts in self.region.ask(self.viewer(row), 'case', 'show', row['number'])['facts']:
            child = next((person for person in facts['persons'] if person['role'] == 'child'), None)
            if child is None:
                continue
            words = [child[key] for key in ('surname', 'name', 'patronymic') if child[key]]
            for form in self.forms_of(row):
                with open(form.path, encoding='utf-8') as file:
                    text = file.read()
                if form.id not in spelled and all(word in text for word in words):
                    spelled[form.id] = ' '.join(words)
                    break
        return spelled

    def quoted(self, text):
        return self.tell(f'«{text}»', f'“{text}”')

    # -- the load

    def tell_load(self):
        tell, places, cases = self.tell, {}, {}
        for row in self.cases.values():
            if row['lead'] and not row['closed']:
                cases[row['lead']] = cases.get(row['lead'], 0) + 1
        for row in self.region.rows(self.month.head, 'curator', 'ls'):
            if row['connected']:
                place = places.setdefault(row['site'], [0, 0, 0, 0, 0])
                for i, value in enumerate((1, cases.get(row['id'], 0), row['load'], row['capacity'])):
                    place[i] += value
                place[4] = max(place[4], round(100 * row['load'] / row['capacity']))
        heads = [tell('Где работают', 'Where they work'), tell('>Кураторов', '>Curators'),
                 tell('>Случаев', '>Cases'), tell('Нагрузка', 'Load'), tell('>Наибольшая', '>Highest')]
        rows = [[self.region.title(site), count, led, f'{bar(load, capacity)} {round(100 * load / capacity):>2} %',
                 f'{highest} %'] for site, (count, led, load, capacity, highest) in places.items()]
        rows.sort(key=lambda row: -row[2])
        self.screen.table(heads, rows)


def clock(text):
    """A time of JSON as hours, minutes and seconds of this machine."""
    moment = datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).astimezone()
    return f'{moment:%H:%M:%S}'
