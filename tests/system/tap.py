"""Runs the unittest cases of a program and prints TAP; the claim of a test is its method's name in words."""

import sys
import unittest


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0

    def line(self, verdict, test, detail=''):
        self.count += 1
        claim = getattr(test, '_testMethodName', str(test)).removeprefix('test_').replace('_', ' ')
        print(f'{verdict} {self.count} - {claim}', flush=True)
        for line in detail.splitlines():
            print(f'# {line}', flush=True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.count += 1
        claim = getattr(test, '_testMethodName', str(test)).removeprefix('test_').replace('_', ' ')
        print(f'ok {self.count} - {claim} # SKIP {reason}', flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line('ok', test)

    def addError(self, test, err):
        super().addError(test, err)
        self.line('not ok', test, self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line('not ok', test, self.failures[-1][1])


def main():
    loader = unittest.TestLoader()
    if len(sys.argv) > 1:
        loader.testNamePatterns = [f'*{pattern}*' for pattern in sys.argv[1:]]
    suite = loader.loadTestsFromModule(sys.modules['__main__'])
    result = TapResult()
    suite.run(result)
    print(f'1..{result.count}')
    sys.exit(0 if result.wasSuccessful() and result.count else 1)
