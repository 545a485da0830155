"""A region at work whose processes are killed again and again: schools refer, curators accept, and no process is safe.

Everybody who asks asks again until an answer comes, as people and their tools do; what was answered is noted.
"""

import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../system'))

# pylint: disable=wrong-import-position
import zmq  # noqa: E402
from agent import uuid7  # noqa: E402
from proto import case_pb2 as case  # noqa: E402
from proto import exchange_pb2 as exchange  # noqa: E402
from region import facts, labels  # noqa: E402

ANSWER_MS = 250  # then the same is asked again
PACE_MS = 12     # between two referrals of a site
FAMILIES_TURN = 600  # of a site, 400 of them new; two sites fill the 1000 cases that two curators may lead nearly
PATIENCE = 400   # questions in a row without an answer


class News:
    """Counts answers; whoever waits for the next one is woken."""

    def __init__(self):
        self.condition, self.count = threading.Condition(), 0

    def tell(self):
        with self.condition:
            self.count += 1
            self.condition.notify_all()

    def wait(self, seconds):
        """Until the next answer, or for so long."""
        with self.condition:
            count = self.count
            self.condition.wait_for(lambda: self.count > count, seconds)


class Client(threading.Thread):
    """Somebody at a site, over the agent's socket; what goes wrong is in `trouble`."""

    def __init__(self, site, news):
        super().__init__(daemon=True)
        self.site, self.news, self.number, self.trouble = site, news, 0, None
        self.context, self.ending = zmq.Context(), threading.Event()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.set(zmq.RECONNECT_IVL, 5)
        self.socket.set(zmq.LINGER, 0)
        self.socket.connect(f'ipc://{site.folder}/s')

    def run(self):
        try:
            while not self.ending.is_set():
                self.work()
        except Exception as trouble:  # pylint: disable=broad-exception-caught  # told by the test
            self.trouble = trouble
        self.context.destroy(linger=0)

    def hear(self, kind):
        """The body of that kind with the newest number, or None when the agent does not answer in time."""
        left_ms = ANSWER_MS
        while self.socket.poll(left_ms):
            envelope = exchange.Envelope.FromString(self.socket.recv())
            body = getattr(envelope, envelope.WhichOneof('body'))
            if envelope.WhichOneof('body') == kind and self.number in (getattr(body, 'number', 0), getattr(body, 'id', 0)):
                return body
        return None

    def say(self, kind, **body):
        """Ask again and again; -> the answer"""
        for _ in range(PATIENCE):
            self.number += 1
            named = {'number': self.number} if kind == 'reply' else {'id': self.number}
            for message in body.values():
                for name, value in named.items():
                    setattr(message, name, value)
            self.socket.send(exchange.Envelope(version=1, **body).SerializeToString())
            answer = self.hear(kind)
            retryable = kind == 'reply' and answer is not None and any(one.retryable for one in answer.problems)
            if answer is not None and not retryable:
                return answer
            if retryable:
                self.socket.poll(PACE_MS)
        raise AssertionError(f'{self.site.site} does not answer: {self.site.process.log()[-2000:]}')

    def command(self, **body):
        reply = self.say('reply', command=exchange.Command(lane=exchange.LANE_NORMAL, **body))
        self.news.tell()
        return reply

    def end(self):
        self.ending.set()
        self.join(60)
        assert not self.is_alive() and self.trouble is None, f'{self.site.site}: {self.trouble!r}'


class Referrer(Client):
    """Refers one family after another, every third one twice; all again when two curators would have too many."""

    def __init__(self, site, news):
        super().__init__(site, news)
        self.taken = []  # ids, when the agent said that they are stored

    def work(self):
        identity, count = uuid7(), len(self.taken) % FAMILIES_TURN
        family = f'{self.site.site}-{count - (count % 3 == 1)}'
        reply = self.command(form=exchange.Form(id=identity, purpose=case.PURPOSE_CASE, labels=labels(),
                                                facts=facts(f'Проба-{family}', f'Примерова-{family}')))
        assert not reply.refused, reply
        assert reply.subject == identity, reply
        self.taken.append(identity)
        self.socket.poll(PACE_MS)


class Curators(Client):
    """Accept what they are offered."""

    def __init__(self, site, news, actors):
        super().__init__(site, news)
        self.actors = actors
        self.accepted = {}  # case id -> worker
        self.refused = {}   # offer id -> case id, worker, codes

    def work(self):
        for actor in self.actors:
            for offer in self.open_offers(actor):
                self.answer(actor, offer)
        self.socket.poll(PACE_MS)

    def open_offers(self, actor):
        """Offers to this curator that nobody has answered."""
        cursor, more = '', True
        while more:
            page = self.say('answer', query=exchange.Query(kind=exchange.QUERY_INBOX, actor=actor, cursor=cursor))
            offers = [row.delivery.offer for row in page.inbox if row.delivery.WhichOneof('view') == 'offer']
            yield from (offer for offer in offers if offer.worker == actor and offer.state in (
                case.ASSIGNMENT_PROPOSED, case.ASSIGNMENT_OFFERED))
            cursor, more = page.cursor, page.cursor and not self.ending.is_set()

    def answer(self, actor, offer):
        if offer.case_id in self.accepted or offer.id in self.refused or self.ending.is_set():
            return
        reply = self.command(actor=actor, accept=exchange.Accept(offer=offer.id, token=offer.token))
        if reply.refused:
            self.refused[offer.id] = offer.case_id, actor, [problem.code for problem in reply.problems]
        else:
            self.accepted[offer.case_id] = actor
