# Tests: unit tests are C programs, tests/unit/MODULE_WHAT.c, linked with what
# lib/MODULE and the modules it uses need (and UNIT_MODS_… names more); cli and
# interop tests are scripts.  All print TAP; tests/run counts.

unit_src := $(wildcard tests/unit/*.c)
unit_mod = $(firstword $(subst _, ,$(notdir $(1))))
unit_mods = $(call unit_mod,$(1)) $(USES_$(call unit_mod,$(1))) \
	$(UNIT_MODS_$(1))
unit_names := $(basename $(notdir $(unit_src)))
unit_ok := $(foreach u,$(unit_names),$(if $(call lacks,$(call unit_mods,$(u))),,$(u)))
unit_bin := $(addprefix $(B)/tests/unit/,$(unit_ok))

# What a unit test needs beyond its own module's packages.
UNIT_MODS_extract_subjects = crypto dsp face sandbox video
UNIT_MODS_json_differential = jansson
UNIT_MODS_sign_rfc9421 = crypto
UNIT_MODS_sign_sign = crypto
UNIT_MODS_receive_payload = crypto inbox serve
UNIT_MODS_serve_clients = crypto
UNIT_MODS_options_keys = crypto
UNIT_MODS_options_message = crypto
UNIT_MODS_options_request = crypto
UNIT_MODS_post_endpoints = crypto http spool
UNIT_MODS_post_setup = crypto http spool
UNIT_MODS_post_report = crypto http spool
UNIT_MODS_seal_keys = crypto
UNIT_MODS_seal_seal = crypto
UNIT_MODS_deliver_policy = crypto http spool
PKG_jansson = jansson
DEB_jansson = libjansson-dev

cli_tests := $(wildcard tests/cli/*.t)
interop_tests := $(wildcard tests/interop/*.t)
fault_tests := $(wildcard tests/fault/*.t)
JOBS ?= 2

# Seconds that one test program may take; sanitizers are several times slower,
# and so may a shared machine be.
export TEST_TIMEOUT ?= $(if $(SAN),1800,900)

# A status of their own, so that no test takes a finding for a bad line.
export ASAN_OPTIONS ?= exitcode=99
export LSAN_OPTIONS ?= exitcode=99
export UBSAN_OPTIONS ?= exitcode=99:print_stacktrace=1

$(B)/obj/tests/unit/%.o: MOD_CFLAGS = -Itests $(call pkg_cflags,$(sort $(foreach \
	m,$(call unit_mods,$*),$(PKG_$(m))) ))

define unit_rule
$(B)/tests/unit/$(1): $(B)/obj/tests/unit/$(1).o $(B)/libvitals.a
	@mkdir -p $$(@D)
	$$(call quiet,LD)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) \
	$$(call libs_of,$$(call unit_mods,$(1))) $$(LDLIBS)
endef
$(foreach u,$(unit_ok),$(eval $(call unit_rule,$(u))))

check: check-build
	$(Q)BUILD=$(B) tests/run -j $(JOBS) $(unit_bin) $(cli_tests) \
	$(interop_tests) $(fault_tests)
check-build: all $(unit_bin)
check-unit: $(unit_bin)
	$(Q)tests/run -j $(JOBS) $(unit_bin)
check-cli: all
	$(Q)BUILD=$(B) tests/run -j $(JOBS) $(cli_tests)
check-interop: all
	$(Q)BUILD=$(B) tests/run -j $(JOBS) $(interop_tests)

# The CLI tests that say "valgrind" in a comment of their own, with every tool
# under valgrind: those that start few processes and decode no video.
check-valgrind: all
	$(Q)rm -rf $(B)/valgrind && mkdir -p $(B)/valgrind
	$(Q)for c in $(buildable); do sed "s|@TOOL@|$(abspath $(B))/$$c|" \
		tests/cli/valgrind.sh >$(B)/valgrind/$$c && \
		chmod 755 $(B)/valgrind/$$c || exit 1; done
	$(Q)BUILD=$(B)/valgrind tests/run -j $(JOBS) \
	$(shell grep -l '^# valgrind' $(cli_tests) /dev/null)

# The whole pipe, shown on a clip that it makes itself.
demo: all
	$(Q)sh tests/demo.sh $(B)
.PHONY: demo

# Benchmarks that are programs; the others are scripts.
BENCH_MODS_stages = video face dsp
$(B)/tests/bench/%: $(B)/obj/tests/bench/%.o $(B)/libvitals.a
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) \
	$(call libs_of,$(BENCH_MODS_$*)) $(LDLIBS)

# Fuzzers: tests/fuzz/WHAT.c with one LLVMFuzzerTestOneInput each, built with
# clang; seeds in tests/fuzz/corpus/WHAT/.
# FUZZ_SEED=0 draws a new one: for finding more than what CI tries.
FUZZ_SECONDS ?= 20
FUZZ_SEED ?= 1
FUZZ_MODS_outgoing_event = crypto http
FUZZ_MODS_event_take = crypto
FUZZ_MODS_seal_keys = crypto
FUZZ_MODS_seal_open = crypto
FUZZ_MODS_sign_read = crypto
FUZZ_MODS_video_open = face
fuzz_names := $(basename $(notdir $(wildcard tests/fuzz/*.c)))
fuzz:
	$(MAKE) CC=clang SAN=fuzzer-no-link,address,undefined B=build/fuzz fuzz-run
fuzz_bin := $(addprefix $(B)/tests/fuzz/,$(fuzz_names))
$(B)/obj/tests/fuzz/%.o: MOD_CFLAGS = -Wno-missing-prototypes $(FUZZ_CFLAGS_$*)
# One word of a fuzzer's name is its module, as with unit tests.
$(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/libvitals.a
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o %.a,$^) \
	$(call libs_of,$(call unit_mods,$*) $(FUZZ_MODS_$*)) $(LDLIBS)
fuzz-run: $(fuzz_bin)
	$(Q)sh tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ_SEED) $(fuzz_bin)

.PHONY: check check-build check-unit check-cli check-interop check-valgrind \
	fuzz fuzz-run
