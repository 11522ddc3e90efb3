/* Why a FHIR server refused a request (R4B, OperationOutcome). */
#include "fhir/tree.h"

/* Append ${n}, a string or NULL, to ${text} on one line: a run of spaces and
 * control characters becomes one space. */
static void
add_line(const struct json_node *n, struct buf *text, struct buf *scratch)
{
	size_t first = text->len;
	struct span s;
	bool space = false;

	if (n == NULL || n->type != JSON_STRING)
		return;
	buf_clear(scratch);
	json_tree_text(n, scratch);
	s = buf_span(scratch);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		/* U+0080 to U+009F are control characters too. */
		bool wide = c == 0xc2 && i + 1 < s.n &&
		    (unsigned char)s.p[i + 1] < 0xa0;

		i += wide;
		if (wide || c <= 0x20 || c == 0x7f) {
			space = true;
			continue;
		}
		if (space && text->len > first)
			buf_add_byte(text, ' ');
		space = false;
		buf_add_byte(text, s.p[i]);
	}
}

/* The words of the ${issue}: diagnostics, or else its details. */
static const struct json_node *
words_of(const struct json_tree *t, const struct json_node *issue)
{
	const struct json_node *details = fhir_find(t, issue, "details");
	const struct json_node *n = fhir_find(t, issue, "diagnostics");
	const struct json_node *list = fhir_find(t, details, "coding");

	if (n == NULL)
		n = fhir_find(t, details, "text");
	if (n == NULL && list != NULL)
		n = fhir_find(t, json_tree_first(t, list), "display");
	return n;
}

static void
describe(const struct json_tree *t, struct buf *text)
{
	const struct json_node *list = fhir_find(t, t->node, "issue");
	const struct json_node *issue =
	    list == NULL ? NULL : json_tree_first(t, list);
	const struct json_node *words = words_of(t, issue);
	struct buf scratch;

	buf_init(&scratch);
	add_line(fhir_find(t, issue, "severity"), text, &scratch);
	if (text->len > 0)
		buf_add_byte(text, ' ');
	add_line(fhir_find(t, issue, "code"), text, &scratch);
	if (text->len > 0 && words != NULL)
		buf_add_text(text, ": ");
	add_line(words, text, &scratch);
	text->failed |= buf_failed(&scratch);
	buf_release(&scratch);
}

bool
fhir_outcome(struct span body, char *text, size_t size)
{
	struct json_tree t;
	struct buf whole;
	struct err err;
	size_t n = 0;

	fhir_tree_init(&t);
	buf_init(&whole);
	if (json_tree_read(&t, body, &err) == 0 &&
	    fhir_is(fhir_find(&t, t.node, "resourceType"), "OperationOutcome"))
		describe(&t, &whole);
	if (!buf_failed(&whole) && whole.len > 0) {
		n = whole.len < size ? whole.len : size - 1;
		/* Do not cut a character. */
		while (n < whole.len && n > 0 &&
		    ((unsigned char)whole.data[n] & 0xc0) == 0x80)
			n--;
		memcpy(text, whole.data, n);
	}
	text[n] = '\0';
	buf_release(&whole);
	json_tree_release(&t);
	return n > 0;
}
