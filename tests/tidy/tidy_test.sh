#!/bin/sh
# The rules find what they are for: a small clean tree has no finding, then each planted fault is found
# at its line, and nothing else is.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/tests"
cp -r "$root/Makefile" "$root/VERSION" "$root/.ci" "$root/.clang-format" "$tree"
cp -r "$root/tests/tidy" "$tree/tests"
cd "$tree"
mkdir -p base proto policy broker/core broker/session agents/core tests/unit tests/system
echo '# SOURCE TEST' >tests/tidy/covered_by.txt
unset MAKEFLAGS MAKELEVEL

findings() { # [rule...]; sorted `file:line: rule`
    tests/tidy/run build/default "$@" | sed -nE 's/^([^ :]+:[0-9]+: [a-z]+): .*/\1/p' | LC_ALL=C sort
}

build() {
    make tests >make.log 2>&1 || cat make.log
}

expect() { # name; expected on stdin, found in `found`
    LC_ALL=C sort >expected
    if diff -u expected found; then
        echo "ok $case - $1"
    else
        echo "not ok $case - $1"
        failed=1
    fi
    case=$((case + 1))
}

echo '1..3'
case=1
failed=0

# -- A clean tree -------------------------------------------------------------------------------

cat >base/size.h <<'EOF'
/* Sizes. */
#ifndef BASE_SIZE_H
#define BASE_SIZE_H

int size_double(int size);

#endif
EOF
cat >base/size.c <<'EOF'
/* Sizes; see the header. */
#include "base/size.h"

/* Words in a comment: if (x) strcpy(a, b); sprintf(). */
int size_double(int size)
{
    static const char *const names[] = {"strcpy(", "if (x) return"};
    int sum = names[0][0] == 's' ? size : 0;
    do {
        sum += size;
    } while (sum < 0);
    if (sum > 100) {
        return 100;
    } else if (sum > 50) {
        return 50;
    }
    return sum;
}
EOF
cat >tests/unit/size_test.c <<'EOF'
/* size */
#include "base/size.h"

int main(void)
{
    return size_double(2) == 4 ? 0 : 1;
}
EOF
build
findings >found
expect 'a clean tree has no finding' </dev/null

# -- Faults in the text -------------------------------------------------------------------------

cat >base/helpers.h <<'EOF'
/* A vague name. */
#ifndef BASE_HELPERS_H
#define BASE_HELPERS_H

int helpers_six(int a, int b, int c, int d, int e, int f);

#endif
EOF
cat >base/helpers.c <<'EOF'
#include "base/helpers.h"

#include "policy/rule.h"

#include <lmdb.h>
#include <stdio.h>
#include <strange.h>

int helpers_six(int a, int b, int c, int d, int e, int f)
{
    char text[9];
    if (a) text[0] = 'a';
    for (; b < 9; b++)
        text[0] = 'b';
    while (c < 9)
        c++;
    if (d) {
        text[0] = 'd';
    } else
        text[0] = 'e';
    sprintf(text, "%d", e); /* FIXME later */
    if (a) {
        for (;;) {
            switch (f) {
            case 1: {
                return MDB_NOSYNC;
            }
            }
        }
    }
    return text[0];
}
EOF
mkdir stray
touch strange.h
echo '/* Rules. */' >policy/rule.h
cat >stray/lost.c <<'EOF'
/* Nobody builds this. */
EOF
{
    echo '/* Long. */'
    echo 'int long_one(int a)'
    echo '{'
    seq 70 | sed 's/.*/    a++;/'
    echo '    return a;'
    echo '}'
    seq 540 | sed 's/.*/int more&;/'
} >base/long.c
printf 'sleep 5 \t\n' >tests/system/wait_test.sh
findings format head size nesting braces banned sleep unfinished blanks names floors built \
    >found
expect 'faults in the text are found' <<'EOF'
base/helpers.c:12: format
base/helpers.c:1: head
base/helpers.c:12: braces
base/helpers.c:13: braces
base/helpers.c:15: braces
base/helpers.c:19: braces
base/helpers.c:21: banned
base/helpers.c:21: unfinished
base/helpers.c:25: nesting
base/helpers.c:3: floors
base/helpers.c:5: floors
base/helpers.c:7: floors
base/helpers.c:9: size
base/helpers.c:1: names
base/helpers.h:1: names
base/helpers.c:1: built
base/long.c:2: size
base/long.c:600: size
base/long.c:1: built
stray/lost.c:1: built
stray/lost.c:1: floors
strange.h:1: head
strange.h:1: floors
tests/system/wait_test.sh:1: blanks
tests/system/wait_test.sh:1: sleep
EOF
rm -r base/helpers.* base/long.c stray strange.h policy/rule.h tests/system/wait_test.sh

# -- Faults in the objects ----------------------------------------------------------------------

cat >base/clock.h <<'EOF'
/* The clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

long clock_now(void);
long tick(void);
long clock_unused(void);

#endif
EOF
cat >base/clock.c <<'EOF'
/* The clock; see the header. */
#include "base/clock.h"

#include <time.h>

long tick(void)
{
    static int ticks;
    return ticks++;
}

long clock_now(void)
{
    return time(NULL);
}

long clock_unused(void)
{
    return 1;
}
EOF
cat >broker/core/turn.h <<'EOF'
/* A turn. */
#ifndef BROKER_CORE_TURN_H
#define BROKER_CORE_TURN_H

long turn_go(void);
long size_double(int size);

#endif
EOF
cat >broker/core/turn.c <<'EOF'
/* A turn; see the header. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "broker/core/turn.h"
#include "proto/alone.h"
#include "proto/guard.h"

long turn_go(void)
{
    char *copy = strdup("x");
    free(copy);
    return clock_now() + tick() + time(NULL);
}

long size_double(int size)
{
    return size;
}
EOF
cat >proto/alone.h <<'EOF'
/* Needs a header that it does not include. */
#ifndef PROTO_ALONE_H
#define PROTO_ALONE_H

enum { ALONE_BYTES = sizeof(size_t) };

#endif
EOF
cat >proto/guard.h <<'EOF'
/* No guard. */
enum guard { GUARD_UP };
EOF
cat >tests/unit/turn_test.c <<'EOF'
/* turn */
#include "broker/core/turn.h"

int main(void)
{
    return turn_go() != 0 ? 0 : 1;
}
EOF
echo 'base/clock.c tests/unit/none_test.c' >>tests/tidy/covered_by.txt
build
findings >found
expect 'faults in the objects are found' <<'EOF'
base/clock.c:1: tested
base/clock.c:6: stem
base/clock.c:8: globals
base/clock.c:17: used
broker/core/turn.c:15: calls
broker/core/turn.c:13: pure
broker/core/turn.c:14: pure
broker/core/turn.c:15: pure
broker/core/turn.c:15: pure
broker/core/turn.c:15: pure
broker/core/turn.c:18: unique
proto/alone.h:5: header
proto/guard.h:2: header
tests/tidy/covered_by.txt:2: tested
EOF
exit $failed
