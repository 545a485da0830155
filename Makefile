# Build of the referral broker. `make` builds, `make check` is what continuous integration runs.
#
#   make [all]   the programs, in build/default     make test    unit tests of the default build, fast
#   make check   every test, the last line counts   make tidy    the house rules of tests/tidy
#   make asan    all with the sanitizers            make fuzz    every fuzz target, FUZZ_SECONDS each
#   make sim     the simulator as in make check     make soak    new seeds for SOAK_SECONDS
#   make bench[-peers|-stored|-plot] under load       make coverage  what the tests reach
#   make demo    a region on this machine           make install PREFIX=/usr/local DESTDIR=
# V=1 shows commands. A file is built because of its folder: no list of files to keep.

variant ?= default
out     := build/$(variant)
PREFIX  ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 30
SOAK_SECONDS ?= 600
VERSION := $(file < VERSION)

MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL),0)
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc) --output-sync=target
endif
# The packages come before everything else, because a missing tool would fail oddly later.
ifneq ($(filter-out clean install,$(or $(MAKECMDGOALS),all)),)
$(shell .ci/setup >&2)
ifneq ($(.SHELLSTATUS),0)
$(error .ci/setup failed, see above)
endif
endif
endif

comma := ,
quiet = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)';)

# -- How a variant compiles ---------------------------------------------------------------------

warnings := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
    -Wmissing-prototypes -Wold-style-definition -Wcast-qual -Wcast-align=strict -Wwrite-strings \
    -Wformat=2 -Wundef -Wvla -Wswitch-enum -Wnull-dereference -Wdouble-promotion \
    -Wimplicit-fallthrough=5 -Wduplicated-cond -Wduplicated-branches -Wlogical-op \
    -Wredundant-decls -Werror

# The sanitizers' instrumented code draws false warnings; warnings are the default variant's duty.
flags.default    := -O2 $(warnings) -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -pie \
    -fstack-clash-protection -fcf-protection -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
flags.asan       := -O1 -w -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
flags.coverage   := -O0 -w --coverage -Itests/coverage -DCOVERAGE_FOLDER='"$(CURDIR)/$(out)"'
compiler.fuzz    := clang
flags.fuzz       := -O1 -w -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

CC       := $(or $(compiler.$(variant)),gcc)
CPPFLAGS += -D_POSIX_C_SOURCE=200809L -UNDEBUG -DREFBROKER_VERSION='"$(VERSION)"' -I. -I$(out)
CFLAGS   += -std=c17 -g -fno-common $(flags.$(variant))
LDFLAGS  += -Wl,--as-needed
LDLIBS   := -lzmq -lprotobuf-c -llmdb -lyaml -lsodium -ljansson -lunistring -lz3 -lseccomp -lcsv

# -- What is built ------------------------------------------------------------------------------

# One library a folder, top floor first: a library needs only those after it.
broker_floors := broker/daemon broker broker/core broker/session broker/journal broker/store
agent_floors  := agents/daemon agents/core agents/store
ctl_floors    := agents/ctl agents/core
low_floors    := policy proto base
floors        := $(broker_floors) agents/daemon agents/ctl agents/core agents/store $(low_floors)

main.refbrokerd := broker/daemon/main.c
main.refagentd  := agents/daemon/main.c
main.refctl     := agents/ctl/main.c
floors.refbrokerd := $(broker_floors) $(low_floors)
floors.refagentd  := $(agent_floors) $(low_floors)
floors.refctl     := $(ctl_floors) $(low_floors)
programs := $(foreach p,refbrokerd refagentd refctl,$(if $(wildcard $(main.$(p))),$(p)))

protos    := $(wildcard proto/*.proto)
generated := $(protos:%.proto=$(out)/%.pb-c.c)
python    := $(protos:%.proto=build/py/%_pb2.py)

sources  = $(filter-out %/main.c,$(wildcard $(1)/*.c))
objects  = $(patsubst %.c,$(out)/%.o,$(call sources,$(1))) \
           $(if $(filter proto,$(1)),$(generated:.c=.o))
library  = $(out)/lib/$(subst /,-,$(1)).a
libraries := $(foreach f,$(floors),$(call library,$(f)))
support  := $(out)/lib/tests-support.a

test_sources := $(sort $(wildcard tests/unit/*_test.c tests/contract/*_test.c \
    tests/bench/*_bench.c $(addprefix tests/,fuzz/*.c scenarios/*.c sim/*.c crash/*.c support/*.c */*_preload.c)))
sources_as        = $(patsubst %.c,$(out)/%,$(filter $(1),$(test_sources)))
unit_programs    := $(call sources_as,%_test.c)
fuzz_programs    := $(call sources_as,%_fuzz.c)
bench_programs   := $(call sources_as,%_bench.c)
preloads         := $(patsubst %,%.so,$(call sources_as,%_preload.c))
replay_programs  := $(fuzz_programs:_fuzz=_replay)
sim_program      := $(out)/tests/sim/run
folder_programs  := $(sim_program) $(out)/tests/scenarios/run $(out)/tests/crash/run
test_programs    := $(unit_programs) $(folder_programs) $(replay_programs)

.PHONY: all asan coverage test check tidy sim soak fuzz fuzz-run bench bench-peers bench-stored bench-agent bench-plot demo install clean sources tests FORCE
.DELETE_ON_ERROR .SECONDARY:

all: $(programs:%=$(out)/%) $(python)
tests: all $(libraries) $(test_programs) $(bench_programs) $(preloads)

define program_rule
$(out)/$(1): $(out)/$(main.$(1):.c=.o) $(foreach f,$(floors.$(1)),$(call library,$(f)))
	$$(call quiet,LINK,$$@)$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(LDLIBS)
endef
$(foreach p,$(programs),$(eval $(call program_rule,$(p))))

define library_rule
$(call library,$(1)): $(call objects,$(1)) $(call library,$(1)).list
endef
$(foreach f,$(floors) tests/support,$(eval $(call library_rule,$(f))))

$(out)/lib/%.a:
	$(call quiet,AR,$@)rm -f $@.new && ar rcs $@.new $(filter %.o,$^) && mv $@.new $@

# Changes only when a file came or went, so that a library never keeps a removed file's code.
$(out)/lib/%.a.list: FORCE
	@mkdir -p $(@D); list='$(strip $(call objects,$(subst -,/,$*)))'; \
	[ "$$(cat $@ 2>/dev/null)" = "$$list" ] && [ -e $@ ] || echo "$$list" >$@

# Changes only when the compiler is called in another way, so that old objects are made anew.
$(out)/flags: FORCE
	@mkdir -p $(@D); flags='$(subst ','\'',$(CC) $(CPPFLAGS) $(CFLAGS))'; \
	[ "$$(cat $@ 2>/dev/null)" = "$$flags" ] || echo "$$flags" >$@

$(out)/%.o: %.c $(out)/flags | $(generated)
	@mkdir -p $(@D)
	$(call quiet,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(out)/%.pb-c.o: $(out)/%.pb-c.c $(out)/flags
	$(call quiet,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-cast-qual -MMD -MP -c -o $@ $<

$(out)/%.pb-c.c: %.proto $(protos)
	@mkdir -p $(@D)
	$(call quiet,PROTOC,$<)protoc-c --proto_path=. --c_out=$(out) $<

build/py/%_pb2.py: %.proto $(protos)
	@mkdir -p $(@D)
	$(call quiet,PROTOC,$@)protoc --proto_path=. --python_out=build/py $<

# The simulator stands before functions of the product, in its own program only (tests/sim/wraps.h).
sim_wraps = $(patsubst __wrap_%,-Wl$(comma)-wrap=%,$(sort $(shell grep -oh '__wrap_[a-z0-9_]*' tests/sim/*.c)))

$(unit_programs): also := -lcmocka
$(sim_program): also = $(sim_wraps)
$(fuzz_programs): also := -fsanitize=fuzzer
$(unit_programs) $(bench_programs) $(fuzz_programs): %: %.o
$(foreach p,$(folder_programs),$(eval $p: \
    $(patsubst %,%.o,$(filter-out %_preload,$(call sources_as,$(p:$(out)/%/run=%)/%)))))
$(out)/tests/fuzz/envelope_fuzz: $(out)/tests/fuzz/mutator.o
$(replay_programs): %_replay: %_fuzz.o $(out)/tests/fuzz/replay.o
$(test_programs) $(bench_programs) $(fuzz_programs): $(support) $(libraries)
	$(call quiet,LINK,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(support) \
	    -Wl,--start-group $(libraries) -Wl,--end-group $(also) $(LDLIBS)

$(preloads): $(out)/%.so: %.c $(out)/flags
	$(call quiet,CC,$<)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(filter-out -fPIE -pie,$(CFLAGS)) -fPIC -shared -MMD -MP -o $@ $<

# -- What is run --------------------------------------------------------------------------------

asan coverage:
	+@$(MAKE) variant=$@ tests
	+@$(if $(filter coverage,$@),tests/coverage/run)

test: tests
	+@tests/run unit:$(out) contract:$(out)

check: tests asan
	+@tests/run tidy:$(out) unit:build/asan contract:build/asan scenarios:build/asan \
	    corpora:build/asan sim:$(out) sim:build/asan system:$(out) crash:$(out)

tidy: tests
	+@tests/run tidy:$(out)

soak: tests
sim soak: $(sim_program)
	+@$(if $(filter soak,$@),tests/crash/soak $(out) $(SOAK_SECONDS),tests/run sim:$(out))

fuzz:
	+@$(MAKE) variant=fuzz fuzz-run

fuzz-run: $(fuzz_programs)
	+@tests/fuzz/run $(FUZZ_SECONDS) $^

bench bench-peers bench-stored bench-agent: $(bench_programs) $(preloads)
bench bench-peers bench-stored bench-agent bench-plot demo: all
	+@tests/$(if $(findstring -,$@),$(subst -,/,$@),$@/run)

install: all
	.ci/install "$(PREFIX)" "$(DESTDIR)" $(programs:%=$(out)/%)

clean:
	rm -rf build

sources: # for tests/tidy: what this file builds
	@printf '%s\n' $(foreach f,$(floors),$(wildcard $(f)/*.c)) $(test_sources)

-include $(shell find $(out) -name '*.d' 2>/dev/null)
