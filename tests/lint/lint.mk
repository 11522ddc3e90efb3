# Linters.  `make lint` runs them all; `make -k lint` does not stop at the first
# finding.  clang-tidy and clang-format check again only what has changed.

lint_c := $(sort $(wildcard cmd/*.c lib/*/*.c tests/*/*.c))
lint_h := $(sort $(wildcard lib/*/*.h lib/banned.h tests/*.h tests/*/*.h))
lint_sh := $(sort $(wildcard .ci/* completions/*.sh completions/bash/* man/html/*.sh \
	tests/run tests/bare/run tests/bare/package tests/bare/image tests/*/*.sh \
	tests/*/*.t examples/*/*.sh examples/*/*.sbatch))
lint_man := $(sort $(wildcard man/*.[157]))
# Tests and fuzzers are left to the compiler and to clang-format.
tidy_c := $(foreach f,$(filter cmd/% lib/%,$(lint_c)),$(if \
	$(filter $(skipped:%=cmd/%.c),$(f)),,$(f)))
format_ok = $(patsubst %,$(B)/lint/format/%.ok,$(lint_c) $(lint_h))
tidy_ok = $(patsubst %,$(B)/lint/tidy/%.ok,$(tidy_c))

lint: ## run every linter
lint: lint-format lint-tree lint-layers lint-circles lint-unused lint-headers \
	lint-shell lint-man lint-spell lint-cppcheck lint-tidy

lint-format: $(format_ok)
$(B)/lint/format/%.ok: % .clang-format
	@mkdir -p $(@D)
	clang-format --dry-run -Werror $<
	@touch $@

lint-tree:
	sh tests/lint/tree.sh
lint-layers: all $(B)/libvitals.a
	sh tests/lint/layers.sh $(B)
lint-circles: $(B)/libvitals.a
	sh tests/lint/circles.sh $(B)
lint-unused: all $(B)/libvitals.a
	sh tests/lint/unused.sh $(B)
lint-headers: $(B)/flags
	sh tests/lint/headers.sh $(B) $(CC)
lint-shell:
	shellcheck -x -P SCRIPTDIR:. -S warning $(lint_sh)
lint-man:
	$(if $(lint_man),mandoc -Tlint -Wwarning $(lint_man))
lint-spell:
	codespell -q 3 -S '*/node_modules,tests/fuzz/corpus' -L nd,te,fo,ser,alls,setts,ehr,thi cmd lib tests man completions/*.* .ci examples \
	README.md CHANGELOG.md Makefile

# "style" objects to declarations at the top of a block.  memleak takes a
# descriptor that failed to open for a leak, and the two of ctu take an output
# parameter for an input: clang-tidy finds the real ones.
lint-cppcheck:
	@mkdir -p $(B)/lint/cppcheck
	cppcheck --quiet -j 2 --cppcheck-build-dir=$(B)/lint/cppcheck \
	--std=c11 --enable=warning,performance,portability \
	--error-exitcode=1 --inline-suppr --suppress=missingIncludeSystem \
	--suppress=memleak --suppress=ctuuninitvar --suppress=ctuPointerArith \
	--suppress=unmatchedSuppression --library=posix -Ilib cmd lib

lint-tidy: $(tidy_ok)
# The object has the list of headers that the source depends on.
define tidy_rule
$(B)/lint/tidy/$(1).ok: $(1) $(B)/obj/$(1:.c=.o) .clang-tidy
	@mkdir -p $$(@D)
	sh tests/lint/tidy.sh $(B) $(1) $(CFLAGS_$(word 2,$(subst /, ,$(1)))) $$(call pkg_cflags,$(PKG_$(word 2,$(subst /, ,$(1)))))
	@touch $$@
endef
$(foreach f,$(tidy_c),$(eval $(call tidy_rule,$(f))))

.PHONY: lint lint-format lint-tree lint-layers lint-circles lint-unused \
	lint-headers lint-shell lint-man lint-spell lint-cppcheck lint-tidy
