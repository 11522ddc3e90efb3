# The man pages as HTML, with an index: $(B)/html.

pages := $(sort $(wildcard man/*.[157]))
html: $(B)/html/index.html ## render the man pages to build/html
$(B)/html/index.html: $(pages) $(wildcard man/html/*)
	@command -v mandoc >/dev/null || \
	{ echo 'html: missing mandoc (package mandoc)' >&2; exit 1; }
	$(call quiet,HTML)sh man/html/render.sh $(@D) $(pages)

.PHONY: html
