/* vitals-enqueue - put lines into a queue in Redis.  See vitals-enqueue(1). */
#include "cli/cli.h"
#include "enqueue/enqueue.h"
#include "filter/filter.h"
#include "options/redis.h"
#include "queue/producer.h"

static struct enqueue_options opt;

static const struct cli_option table[] = {
    CLI_HEADING("Queue"),
    CLI_INTEGER("partitions", 0, "N", "partitions of a new queue (16)",
	&opt.partitions, 1, QUEUE_PARTITIONS_MAX),
    CLI_REAL("keep", 0, "SECONDS",
	"keep lines so long for readers of the stream", &opt.keep, 0, 1e9),
    CLI_INTEGER("max-len", 0, "N",
	"keep at most N lines per partition for them", &opt.max_len, 0, 1e12),
    CLI_REAL("dedupe-for", 0, "SECONDS",
	"how long to remember the IDs of lines (86400)", &opt.dedupe,
	ENQUEUE_DEDUPE_MIN, 1e8),
    CLI_HEADING("Delivery"),
    CLI_INTEGER("batch", 0, "N", "lines under way at the same time (1000)",
	&opt.batch, 1, QUEUE_WINDOW_MAX),
    CLI_INTEGER("replicas", 0, "N",
	"acknowledge a line when N replicas have it (0)", &opt.replicas, 0,
	100),
    CLI_WRITTEN("spool", 's', "FILE",
	"store lines in FILE while the server is away", &opt.spool),
    CLI_REAL("give-up-after", 0, "SECONDS",
	"exit after so long without the server (300)", &opt.give_up, 0, 1e8),
    CLI_HEADING("Connection"),
    OPTIONS_REDIS(&opt.redis),
    CLI_HEADING("Records"),
    CLI_WRITTEN(
	"rejects", 0, "FILE", "append rejected lines to FILE", &opt.rejects),
    CLI_FLAG("strict", 0, "stop at the first bad line", &opt.strict),
};

static const struct cli cli = {
    .name = "vitals-enqueue",
    .operands = "URL",
    .summary = "put lines into a queue in Redis, each once",
    .example = "  vitals-enqueue redis://127.0.0.1/events < events.ndjson",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out;
	int operand, status;

	cli_start(&cli);
	enqueue_defaults(&opt);
	status = cli_parse(&cli, argc, argv, &operand);
	if (status != CLI_GO)
		return status;
	if (argc - operand != 1)
		return cli_usage(&cli,
		    argc == operand ? "a URL is needed"
				    : "more than one URL: lines are read from "
				      "standard input");
	opt.redis.url = argv[operand];
	if (opt.spool != NULL && opt.rejects == NULL)
		return cli_usage(&cli,
		    "--spool needs --rejects, for lines that the queue refuses "
		    "later");
	out = cli_output();
	if (out == NULL)
		return CLI_SYSTEM;
	status = enqueue_run(&cli, &opt, &out);
	return cli_finish(out, status);
}
