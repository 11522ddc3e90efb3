# GNU make.  `make` builds what the installed libraries allow, and reports which
# packages are missing for the rest; binaries are in $(B)/NAME.  `make help` lists
# the targets and variables for users: the text after "##" in this file and those
# that it includes.

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

VERSION = 1.0.0

# For the user to set, in the environment or on the command line.
## CC=clang           another compiler            WERROR=1    warnings are errors
## CFLAGS, LDFLAGS    flags added to ours         V=1         show commands
## SAN=address,undefined    with sanitizers       B=DIR       build there
## PREFIX=DIR         install below DIR (default: /usr/local)
## DESTDIR=DIR        install to DIR as if it was /
ifeq ($(origin CC),default)
CC = gcc
endif
CFLAGS ?= -O2 -g
CPPFLAGS ?=
LDFLAGS ?=
LDLIBS ?=
PKG_CONFIG ?= pkg-config
INSTALL ?= install
PREFIX ?= /usr/local
prefix ?= $(PREFIX)
bindir ?= $(prefix)/bin
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
bashdir ?= $(datadir)/bash-completion/completions
zshdir ?= $(datadir)/zsh/site-functions
fishdir ?= $(datadir)/fish/vendor_completions.d
unitdir ?= $(prefix)/lib/systemd/system
DESTDIR ?=

SAN ?=
B ?= build$(if $(SAN),/$(subst $(comma),-,$(SAN)))$(if $(filter clang%,$(CC)),/clang)
comma := ,

# One line for each file; V=1 shows the commands.
ifeq ($(V),)
Q = @
quiet = @printf '  %-4s %s\n' $(1) $@;
endif

# Which packages a module needs.
include lib/modules.mk

is_clang := $(findstring clang,$(shell $(CC) --version 2>/dev/null))
WARN_gcc = -Wformat-signedness -Wduplicated-cond -Wduplicated-branches \
	-Wlogical-op -Wjump-misses-init -Wtrampolines -Warray-bounds=2 \
	-Wstringop-overflow=4 -Wimplicit-fallthrough=5 -Wcast-align=strict
WARN_clang = -Wimplicit-fallthrough -Wcast-align -Wcomma -Wunreachable-code \
	-Wassign-enum -Wconditional-uninitialized -Wmissing-variable-declarations \
	-Wloop-analysis -Wshorten-64-to-32 -Wstrict-selector-match \
	-Wno-enum-float-conversion
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wdouble-promotion -Wformat=2 -Wundef -Wcast-qual -Wpointer-arith \
	-Wwrite-strings -Wstrict-prototypes -Wold-style-definition \
	-Wmissing-prototypes -Wmissing-declarations -Wredundant-decls \
	-Wnested-externs -Wvla -Walloca -Wswitch -Wnull-dereference \
	-Wdate-time -Wframe-larger-than=16384 -fno-common \
	$(if $(is_clang),$(WARN_clang),$(WARN_gcc)) $(if $(WERROR),-Werror)
HARDEN = -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-fPIE $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANFLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all \
	-fno-omit-frame-pointer)
ALL_CFLAGS = -std=c11 $(WARN) $(HARDEN) $(SANFLAGS) $(CFLAGS)
ALL_CPPFLAGS = -D_POSIX_C_SOURCE=200809L -DVITALS_VERSION="$(VERSION)" \
	-include lib/banned.h -Ilib $(CPPFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed \
	$(SANFLAGS) $(LDFLAGS)

# What pkg-config says of one package.  Its headers count as the system's, which
# give no warnings.
has_pkg_config := $(shell command -v $(firstword $(PKG_CONFIG)) 2>/dev/null)
pkg_ok = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo yes)
pkg_cflags = $(if $(strip $(1)),$(patsubst -I%,-isystem %,$(shell \
	$(PKG_CONFIG) --cflags $(1))))
pkg_libs = $(shell $(PKG_CONFIG) --libs $(1))
all_pkgs := $(sort $(foreach m,$(MODULES),$(PKG_$(m))))
missing := $(foreach p,$(all_pkgs),$(if $(call pkg_ok,$(p)),,$(p)))
lacks = $(sort $(filter $(missing),$(foreach m,$(1),$(PKG_$(m)))))

# needs_NAME: the modules with packages that the program NAME.c needs; and
# uses_library: the sources that include headers of a package.
$(foreach line,$(shell awk -v modules='$(foreach m,$(MODULES),$(if \
	$(PKG_$(m)),$(m)))' -f lib/needs.awk $(wildcard lib/*/*.[ch] cmd/*.c \
	tests/*.h tests/*/*.[ch])),$(eval $(subst +, ,$(line))))

lib_mods := $(foreach m,$(MODULES),$(if $(call lacks,$(m)),,$(m)))
lib_src := $(foreach m,$(MODULES),$(filter-out $(if $(call lacks,$(m)),\
	$(uses_library)),$(wildcard lib/$(m)/*.c)))
lib_obj := $(lib_src:%.c=$(B)/obj/%.o)
commands := $(basename $(notdir $(wildcard cmd/*.c)))
buildable := $(foreach c,$(commands),$(if \
	$(call lacks,$(needs_cmd/$(c))),,$(c)))
skipped := $(filter-out $(buildable),$(commands))

all: $(addprefix $(B)/,$(buildable)) missing ## build all tools (the default)

# It is no failure if some commands lack a package, unless only those are left that
# need none.
missing:
ifeq ($(has_pkg_config),)
	@echo 'nothing was built that measures or delivers: missing' \
	'$(PKG_CONFIG) (package pkg-config)' >&2
	@false
else
	$(foreach c,$(skipped),$(call say_missing,$(c),cmd/$(c)))
	$(if $(strip $(foreach c,$(buildable),$(needs_cmd/$(c)))),,@echo \
	'nothing was built that measures or delivers' >&2; false)
endif
define newline


endef
say_missing = @echo "not built: $(1): missing $(foreach p,$(call \
	lacks,$(needs_$(2))),$(p) (package $(DEB_$(p))))" >&2$(newline)

# The flags are in a file: compile lines stay short, and a change of flags causes
# a new build.
$(B)/flags: FORCE
	@mkdir -p $(B)
	@echo '$(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP' | sed 's/"/\\"/g' >$@.new
	@cmp -s $@.new $@ && rm -f $@.new || mv $@.new $@
FORCE:

$(B)/obj/%.o: %.c $(B)/flags Makefile lib/modules.mk
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) @$(B)/flags $(MOD_CFLAGS) -c -o $@ $<

# The dashboard's files become part of vitals-stream.
web_files := $(sort $(wildcard web/*.html web/*.js web/*.css web/*.svg))
$(B)/gen/pages.c: lib/stream/embed.sh $(web_files)
	@mkdir -p $(@D)
	$(call quiet,GEN)sh lib/stream/embed.sh $(web_files) >$@
$(B)/obj/gen/pages.o: $(B)/gen/pages.c $(B)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) @$(B)/flags -c -o $@ $<
$(B)/vitals-stream: $(B)/obj/gen/pages.o

# The demo and the pipelines become part of vitals.
scripts := lib/entrance/demo.sh $(sort $(wildcard lib/entrance/pipelines/*.sh))
$(B)/gen/scripts.c: lib/entrance/embed.sh $(scripts)
	@mkdir -p $(@D)
	$(call quiet,GEN)sh lib/entrance/embed.sh $(scripts) >$@
$(B)/obj/gen/scripts.o: $(B)/gen/scripts.c $(B)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) @$(B)/flags -c -o $@ $<
$(B)/vitals: $(B)/obj/gen/scripts.o

define module_rule
$(B)/obj/lib/$(1)/%.o: MOD_CFLAGS = $(CFLAGS_$(1)) \
	$$(call pkg_cflags,$(PKG_$(1)))
endef
$(foreach m,$(lib_mods),$(eval $(call module_rule,$(m))))

$(B)/libvitals.a: $(lib_obj)
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $^

define command_rule
$(B)/$(1): $(B)/obj/cmd/$(1).o $(B)/libvitals.a
	$$(call quiet,LD)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) \
	$$(call libs_of,$$(needs_cmd/$(1))) $$(LDLIBS)
endef
libs_of = $(foreach p,$(sort $(foreach m,$(1),$(PKG_$(m)))),$(call pkg_libs,$(p))) -lm
$(foreach c,$(buildable),$(eval $(call command_rule,$(c))))

include tests/tests.mk
include tests/lint/lint.mk

completions: all ## write the completions again, from the tables of options
	sh completions/generate.sh $(B)

include lib/install.mk
include man/html/html.mk

clean: ## remove what was built
	rm -rf build

# Targets in the order of the makefiles, then variables.
help: ## print this list
	@awk -F ' ## ' '/^[a-z-]+:/ { split($$1, word, ":") } \
	NF == 2 && /^[a-z-]+:/ { printf "  make %-19s %s\n", word[1], $$2 } \
	/^## / { variables = variables "  " substr($$0, 4) "\n" } \
	END { printf "\nVariables, as in make %s:\n%s", "CC=clang WERROR=1", variables }' \
	$(filter-out %.d,$(MAKEFILE_LIST))

.PHONY: all FORCE missing completions clean help
-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
