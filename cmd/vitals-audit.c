/* vitals-audit: verify audit files, and compute from them how delivery did.
 * See vitals-audit(1). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "audit/check.h"
#include "cli/cli.h"
#include "diag/diag.h"
#include "options/options.h"

static struct options {
	const char *head, *write_head;
	struct options_keys keys;
} opt = {.keys = OPTIONS_KEYS_INIT("VITALS_KEY_FILE")};

static const struct cli_option table[] = {
    CLI_HEADING("verify"),
    CLI_FILE("head", 0, "FILE", "the chains must reach the heads in FILE",
	&opt.head),
    CLI_FILE("write-head", 0, "FILE",
	"if all is good, write the heads of the chains to FILE",
	&opt.write_head),
    OPTIONS_KEYS(&opt.keys, "sign and check heads with", "VITALS_KEY_FILE"),
};

static const struct cli cli = {
    .name = "vitals-audit",
    .operands = "verify [FILE ...]",
    .summary = "Verify audit files.",
    .example = "  vitals-audit verify --head audit.head audit",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

/* ---- verify ------------------------------------------------------------- */

/* The largest file of heads: AUDIT_HEADS_MAX signed ones. */
#define HEADS_SIZE_MAX ((size_t)1 << 20)

struct verifier {
	struct audit_check *check;
	struct sign_keys *keys; /* or NULL */
	uint64_t faults;
};

/* Take the next line off ${rest}.  Return false if there is none. */
static bool
next_line(struct span *rest, struct span *line)
{
	const char *end;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	*line = (struct span){
	    rest->p, end != NULL ? (size_t)(end - rest->p) : rest->n};
	rest->p += line->n + (end != NULL);
	rest->n -= line->n + (end != NULL);
	return true;
}

/* Expect the heads in the file of --head. */
static int
read_heads(struct verifier *v)
{
	struct audit_head head;
	uint64_t number = 0;
	struct buf text;
	const char *name;
	struct err err;
	int status;

	buf_init(&text);
	status = options_read_file(opt.head, HEADS_SIZE_MAX, &text, &name);
	for (struct span rest = buf_span(&text), line;
	     status == CLI_GO && next_line(&rest, &line);) {
		enum verdict verdict =
		    audit_head_read(line, v->keys, &head, &err);

		number++;
		if (verdict == VERDICT_GOOD &&
		    audit_check_expect(v->check, &head, name, number, &err) !=
			0)
			verdict = VERDICT_BAD;
		if (verdict != VERDICT_GOOD) {
			diag_error(
			    "%s:%" PRIu64 ": %s", name, number, err.text);
			status = cli_status(verdict);
		}
	}
	buf_release(&text);
	return status;
}

/* An audit_report. */
static void
report(void *context, const struct audit_fault *f)
{
	struct verifier *v = context;
	const char *name = audit_fault_name(f->kind);

	if (audit_fault_is_note(f->kind)) {
		if (f->line > 0)
			diag_note("%s:%" PRIu64 ": %s: %s", f->file, f->line,
			    name, f->text.text);
		else
			diag_note("%s: %s: %s", f->file, name, f->text.text);
		return;
	}
	v->faults++;
	diag_error(
	    "%s:%" PRIu64 ": %s: %s", f->file, f->line, name, f->text.text);
}

static int
read_file(struct verifier *v, const char *path)
{
	const char *name = path;
	int fd = STDIN_FILENO, rc;
	struct err err;

	if (strcmp(path, "-") == 0)
		name = "<stdin>";
	else
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		diag_errno(errno, "%s", path);
		return CLI_SYSTEM;
	}
	rc = audit_check_file(v->check, fd, name, &err);
	if (rc != 0)
		diag_error("%s: %s", name, err.text);
	if (fd != STDIN_FILENO)
		close(fd);
	return rc == 0 ? CLI_OK : CLI_SYSTEM;
}

/* Print the chains, and write their heads if all is good. */
static int
put_chains(struct verifier *v, struct ndjson_writer *out)
{
	const struct audit_chain *chain;
	int status = CLI_OK;
	struct buf heads;
	struct err err;

	buf_init(&heads);
	for (size_t i = 0; status == CLI_OK &&
	     (chain = audit_check_chain(v->check, i)) != NULL;
	     i++) {
		audit_chain_put(ndjson_record(out), chain);
		if (ndjson_commit(out) != 0) {
			status = CLI_SYSTEM; /* cli_finish says so */
		} else if (chain->lines > 0 && opt.write_head != NULL &&
		    audit_head_put(&heads, &chain->head, chain->file, v->keys,
			&err) != 0) {
			diag_error("%s: %s", opt.write_head, err.text);
			status = CLI_SYSTEM;
		}
	}
	if (status == CLI_OK && v->faults == 0 && opt.write_head != NULL &&
	    audit_heads_write(opt.write_head, buf_span(&heads), &err) != 0) {
		diag_error("%s", err.text);
		status = CLI_SYSTEM;
	}
	buf_release(&heads);
	return status;
}

static int
verify(struct verifier *v, char *const file[], int files,
    struct ndjson_writer *out)
{
	int status = files == 0 ? read_file(v, "-") : CLI_OK;
	struct err err;

	for (int i = 0; status == CLI_OK && i < files; i++)
		status = read_file(v, file[i]);
	if (status != CLI_OK)
		return status;
	if (audit_check_end(v->check, report, v, &err) != 0) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	status = put_chains(v, out);
	return v->faults > 0 ? cli_worst(status, CLI_DATA) : status;
}

static int
verify_files(char *const file[], int files, struct ndjson_writer *out)
{
	struct verifier v = {.check = audit_check_new()};
	int status = CLI_GO;

	if ((opt.head != NULL || opt.write_head != NULL) &&
	    options_keys_given(&opt.keys))
		status =
		    options_sign_keys(&cli, &opt.keys, sign_scheme(0), &v.keys);
	if (status == CLI_GO && v.check == NULL) {
		diag_error("out of memory");
		status = CLI_SYSTEM;
	}
	if (status == CLI_GO && opt.head != NULL)
		status = read_heads(&v);
	if (status == CLI_GO)
		status = verify(&v, file, files, out);
	sign_keys_free(v.keys);
	audit_check_free(v.check);
	return status;
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	if (first == argc || strcmp(argv[first], "verify") != 0)
		return cli_usage(&cli, "the first operand must be verify");
	out = cli_output();
	if (out == NULL)
		return CLI_SYSTEM;
	status = verify_files(argv + first + 1, argc - first - 1, out);
	return cli_finish(out, status);
}
