# Tests: unit tests are C programs, tests/unit/MODULE_WHAT.c; cli and interop
# tests are scripts.  All print TAP; tests/run counts.  Programs whose modules
# lack a package are not built.

programs_in = $(basename $(wildcard tests/$(1)/*.c))
built_in = $(foreach p,$(call programs_in,$(1)),$(if $(call lacks,$(needs_$(p))),,$(p)))
unit_ok := $(call built_in,unit)
unit_bin := $(unit_ok:%=$(B)/%)
fuzz_ok := $(call built_in,fuzz)
fuzz_bin := $(fuzz_ok:%=$(B)/%)
say_skipped = $(foreach p,$(filter-out $(2),$(call programs_in,$(1))),$(call \
	say_missing,$(p),$(p)))

cli_tests := $(wildcard tests/cli/*.t)
interop_tests := $(wildcard tests/interop/*.t)
fault_tests := $(wildcard tests/fault/*.t)
JOBS ?= 2

# A sanitizer sees nothing in these that it does not see in others: they check
# documents, completions, what is installed, and pages in a browser.
documents = tests/cli/install.t tests/cli/man-map.t tests/cli/man-security.t \
	tests/cli/man-tables.t tests/cli/options.t tests/interop/dashboard.t \
	tests/interop/plot.t

# Seconds that one test program may take.  Sanitizers, and a shared machine, can
# be several times slower.
export TEST_TIMEOUT ?= $(if $(SAN),1800,900)

# A status of their own, so that no test takes a finding for bad data.
export ASAN_OPTIONS ?= exitcode=99
export LSAN_OPTIONS ?= exitcode=99
export UBSAN_OPTIONS ?= exitcode=99:print_stacktrace=1

$(B)/obj/tests/unit/%.o: MOD_CFLAGS = -Itests $(call pkg_cflags,$(sort $(foreach \
	m,$(needs_tests/unit/$*),$(PKG_$(m)))))

# They make system calls that POSIX does not have.
$(B)/obj/tests/unit/sandbox_holds.o $(B)/obj/tests/coverage/counters.o: \
	MOD_CFLAGS += -D_GNU_SOURCE

# Its allocations fail when it wants.
$(B)/tests/unit/json_memory: \
	ALL_LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

$(unit_bin): $(B)/%: $(B)/obj/%.o $(B)/libvitals.a
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) \
	$(call libs_of,$(needs_$*)) $(LDLIBS)

# Servers for tests that are programs; the others are scripts.
server_bin := $(patsubst %,$(B)/%,$(call built_in,servers))
$(server_bin): $(B)/%: $(B)/obj/%.o $(B)/libvitals.a
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) \
	$(call libs_of,$(needs_$*)) $(LDLIBS)

check: check-build ## run all tests
	$(Q)BUILD=$(B) tests/run -j $(JOBS) $(unit_bin) $(filter-out \
	$(if $(SAN),$(documents)),$(cli_tests) $(interop_tests)) $(fault_tests)
# Fuzzers are only compiled here: what breaks them is then seen at once.
check-build: all $(unit_bin) $(server_bin) $(fuzz_ok:%=$(B)/obj/%.o)
	$(call say_skipped,unit,$(unit_ok))
check-unit: $(unit_bin) ## run the unit tests
	$(Q)tests/run -j $(JOBS) $(unit_bin)
check-cli: all ## run the tests of the tools
	$(Q)BUILD=$(B) tests/run -j $(JOBS) $(cli_tests)
check-interop: all $(server_bin) ## run the tests with independent programs
	$(Q)BUILD=$(B) tests/run -j $(JOBS) $(interop_tests)

# The CLI tests that say "valgrind" in a comment of their own, with every tool
# under valgrind: those that start few processes and decode no video.
check-valgrind: all ## run tests of the tools under valgrind
	$(Q)rm -rf $(B)/valgrind && mkdir -p $(B)/valgrind
	$(Q)for c in $(buildable); do sed "s|@TOOL@|$(abspath $(B))/$$c|" \
		tests/cli/valgrind.sh >$(B)/valgrind/$$c && \
		chmod 755 $(B)/valgrind/$$c || exit 1; done
	$(Q)BUILD=$(B)/valgrind tests/run -j $(JOBS) \
	$(shell grep -l '^# valgrind' $(cli_tests) /dev/null)

# The lines of each folder of lib that the tests reach.  A program writes what it
# has reached at its end, which a sandbox forbids: this build has none, like one with
# a sanitizer.
COVERAGE = build/coverage
COVERAGE_TESTS ?= $(unit_bin:$(B)/%=$(COVERAGE)/%) $(cli_tests) \
	$(interop_tests) $(fault_tests)
coverage_build = $(MAKE) B=$(COVERAGE) CFLAGS='-O0 -g --coverage' \
	CPPFLAGS=-DSANITIZED
counters = $(COVERAGE)/obj/tests/coverage/counters.o
coverage: ## print how much of each folder of lib the tests reach
	$(coverage_build) $(counters)
	$(coverage_build) LDFLAGS='--coverage $(counters)' check-build
	$(Q)find $(COVERAGE) -name '*.gcda' -exec rm -f {} +
	$(Q)GCOV_ERROR_FILE=/dev/null BUILD=$(COVERAGE) \
	tests/run -j $(JOBS) -t 3600 $(COVERAGE_TESTS) || \
	echo 'coverage: some tests failed' >&2
	$(Q)sh tests/coverage/report.sh $(COVERAGE)

# The whole pipe, with a clip that it makes itself.
demo: all ## run the whole pipe on a clip that it makes
	$(Q)$(B)/vitals demo
.PHONY: demo

# Benchmarks that are programs; the others are scripts.
$(B)/obj/tests/bench/%.o: MOD_CFLAGS = -Itests
$(B)/tests/bench/%: $(B)/obj/tests/bench/%.o $(B)/libvitals.a
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) \
	$(call libs_of,$(needs_tests/bench/$*)) $(LDLIBS)

# Fuzzers: tests/fuzz/WHAT.c with one LLVMFuzzerTestOneInput each, built with
# clang; seeds in tests/fuzz/corpus/WHAT/.
# FUZZ_SEED=0 draws a new seed, to find more than CI does.
FUZZ_SECONDS ?= 20
FUZZ_SEED ?= 1
fuzz: ## fuzz every parser for FUZZ_SECONDS (20)
	$(MAKE) CC=clang SAN=fuzzer-no-link,address,undefined B=build/fuzz fuzz-run
$(B)/obj/tests/fuzz/%.o: MOD_CFLAGS = -Itests -Wno-missing-prototypes \
	-Wno-missing-declarations
$(fuzz_bin): $(B)/%: $(B)/obj/%.o $(B)/libvitals.a
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o %.a,$^) \
	$(call libs_of,$(needs_$*)) $(LDLIBS)
fuzz-run: $(fuzz_bin)
	$(call say_skipped,fuzz,$(fuzz_ok))
	$(Q)sh tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ_SEED) $(fuzz_bin)

.PHONY: check check-build check-unit check-cli check-interop check-valgrind \
	coverage fuzz fuzz-run
