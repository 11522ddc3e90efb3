# Installing, and the archive of the source.

man1 = $(wildcard $(addprefix man/,$(addsuffix .1,$(commands))))
man5 = $(wildcard man/*.5)
man7 = $(wildcard man/*.7)
units = $(wildcard examples/systemd/*.service examples/systemd/*.socket)
install: all ## install below PREFIX
	$(INSTALL) -d $(foreach d,$(bindir) $(mandir)/man1 $(mandir)/man5 \
	$(mandir)/man7 $(bashdir) $(zshdir) $(fishdir) $(unitdir) \
	$(datadir)/vitals/schema/fhir,'$(DESTDIR)$(d)')
	$(INSTALL) -m 755 $(addprefix $(B)/,$(buildable)) '$(DESTDIR)$(bindir)'
	$(INSTALL) -m 644 $(man1) '$(DESTDIR)$(mandir)/man1'
	$(INSTALL) -m 644 $(man5) '$(DESTDIR)$(mandir)/man5'
	$(INSTALL) -m 644 $(man7) '$(DESTDIR)$(mandir)/man7'
	$(INSTALL) -m 644 completions/bash/vitals* '$(DESTDIR)$(bashdir)'
	$(INSTALL) -m 644 completions/zsh/_vitals* '$(DESTDIR)$(zshdir)'
	$(INSTALL) -m 644 completions/fish/vitals* '$(DESTDIR)$(fishdir)'
	$(INSTALL) -m 644 schema/*.json '$(DESTDIR)$(datadir)/vitals/schema'
	$(INSTALL) -m 644 schema/fhir/*.json '$(DESTDIR)$(datadir)/vitals/schema/fhir'
	$(Q)for u in $(units); do \
	sed 's|/usr/bin/|$(bindir)/|' $$u >'$(DESTDIR)$(unitdir)'/$${u##*/} && \
	chmod 644 '$(DESTDIR)$(unitdir)'/$${u##*/} || exit 1; done
	$(if $(DESTDIR),,$(Q)$(say_paths))

# What a shell does not find by itself: man follows the PATH, and ~/.local/share is
# where bash and fish look anyway.
define say_paths
case ":$$PATH:" in *':$(bindir):'*) ;; \
*) echo 'install: add $(bindir) to the PATH' >&2 ;; esac; \
case '$(prefix)' in /usr | /usr/local) exit ;; "$$HOME/.local") ;; \
*) echo 'install: for completion in bash and fish, add $(datadir) to XDG_DATA_DIRS' >&2 ;; \
esac; \
echo 'install: for completion in zsh, add $(zshdir) to fpath' >&2
endef

uninstall: ## remove what install has installed
	rm -f $(addprefix '$(DESTDIR)$(bindir)'/,$(commands))
	rm -f $(addprefix '$(DESTDIR)$(mandir)'/man1/,$(notdir $(man1)))
	rm -f $(addprefix '$(DESTDIR)$(mandir)'/man5/,$(notdir $(man5)))
	rm -f $(addprefix '$(DESTDIR)$(mandir)'/man7/,$(notdir $(man7)))
	rm -f $(addprefix '$(DESTDIR)$(bashdir)'/,$(commands))
	rm -f $(addprefix '$(DESTDIR)$(zshdir)'/,$(addprefix _,$(commands)))
	rm -f $(addprefix '$(DESTDIR)$(fishdir)'/,$(addsuffix .fish,$(commands)))
	rm -f $(addprefix '$(DESTDIR)$(unitdir)'/,$(notdir $(units)))
	rm -rf '$(DESTDIR)$(datadir)/vitals'

# The archive is that of the last commit: the same commit gives the same bytes.
tarball = vitals-$(VERSION).tar.gz
dist: ## make build/vitals-VERSION.tar.gz of the last commit
	@git rev-parse --git-dir >/dev/null 2>&1 || \
	{ echo 'dist: only a git checkout has what belongs in it' >&2; exit 1; }
	@git diff --quiet HEAD -- || \
	echo 'dist: changes that are not committed are left out' >&2
	@mkdir -p $(B)
	git archive --format=tar --prefix=vitals-$(VERSION)/ HEAD | \
	gzip -9n >$(B)/$(tarball).new
	mv $(B)/$(tarball).new $(B)/$(tarball)

.PHONY: install uninstall dist
