"""refagentd of one site of a test's region, and a tool that speaks to it as people's tools do."""

import os

import zmq
from proto import case_pb2 as case
from proto import exchange_pb2 as exchange
from region import BUILD, DEADLINE_S, SURNAME, Program, facts, labels

FORM = f'''territory: syktyvkar
risk: tzs
direction: early-detection
basis: legal-duty
needs: [household]
flags: [placement-risk]
children:
  - {{surname: {SURNAME}, name: Аня, patronymic: Тестовна, born: 2021-04-03}}
contact: {{address: "Сыктывкар, Пробная, 1", phone: "+7 000 000-00-00"}}
circumstances: Дома холодно.
'''


class Site:
    """refagentd of a site, and a tool that speaks to it as people's tools do."""

    def __init__(self, region, site, workers, env=None, more='', ready=True):
        self.region, self.site, self.process, self.socket, self.env = region, site, None, None, env
        self.context = zmq.Context()
        people = ', '.join(f'{{uid: {os.getuid()}, worker: {worker}}}' for worker in workers)
        keys = f'../keys/{site}'
        self.folder = region.path(site)
        os.mkdir(self.folder)
        region.write(f'{site}/agent.yaml', f'''site: {site}
broker: {{key: ../keys/broker.pub, endpoints: ["{region.endpoint}"]}}
keys: {{curve: {keys}.key, sealing: {keys}.seal.key, storage: {keys}.store.key, matching: ../keys/matching.key,
       disclosure: ../keys/disclosure.pub}}
store: store
socket: ipc://s
people: [{people}]
drop: {{folder: drop, worker: {workers[0]}}}
spool: {{entries: 20}}
{more}''')
        if ready:
            self.start()

    def start(self):
        self.process = Program(f'{BUILD}/refagentd', f'{self.folder}/agent.yaml', env=self.env)
        self.region.programs.append(self.process)
        return self.process

    def restart(self):
        self.process.kill()
        return self.start()

    def call(self, **body):
        if self.socket is None:
            self.socket = self.context.socket(zmq.DEALER)
            self.socket.connect(f'ipc://{self.folder}/s')
        self.send(exchange.Envelope(version=1, **body).SerializeToString())
        return self.hear()

    def send(self, frame):
        self.socket.send(frame)

    def hear(self):
        assert self.socket.poll(DEADLINE_S * 1000), f'{self.site} does not answer: {self.process.log()}'
        envelope = exchange.Envelope.FromString(self.socket.recv())
        return getattr(envelope, envelope.WhichOneof('body'))

    def submit(self, number=17, identity=b''):
        form = exchange.Form(id=identity, purpose=case.PURPOSE_CASE, labels=labels(),
                             facts=facts(surname=f'Примерова-{number}'))
        return self.call(command=exchange.Command(lane=exchange.LANE_NORMAL, form=form))

    def ask(self, kind, actor='', **more):
        return self.call(query=exchange.Query(id=1, kind=kind, actor=actor, **more))

    def waits_until(self, holds, kind, actor='', **more):
        """Ask until the answer is as wanted; each round trip passes through the agent's loop."""
        answer = self.ask(kind, actor, **more)
        rounds = 0
        while not holds(answer):
            self.socket.poll(20)  # nothing comes unasked: leaves the processor to the agent
            answer, rounds = self.ask(kind, actor, **more), rounds + 1
            assert rounds < DEADLINE_S * 50, f'{answer} {self.process.log()}'
        return answer

    def spool_empty(self):
        return self.waits_until(lambda answer: not answer.status[0].spool_waiting, exchange.QUERY_STATUS)

    def close(self):
        self.context.destroy(linger=0)

    def drop(self, name, text):
        """Put a form into the drop folder as its manual says."""
        with open(f'{self.folder}/drop/{name}', 'w', encoding='utf-8') as file:
            file.write(text)
        os.rename(f'{self.folder}/drop/{name}', f'{self.folder}/drop/incoming/{name}')

    def dropped(self, folder):
        """-> names in one of the drop folder's folders, without a report that is being written this moment"""
        return sorted(name for name in os.listdir(f'{self.folder}/drop/{folder}') if '.tmp-' not in name)
