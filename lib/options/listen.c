#include "options/listen.h"

#include <string.h>

#include "access/access.h"
#include "diag/diag.h"
#include "options/confine.h"
#include "serve/serve.h"
#include "service/service.h"

static int
check_origins(const struct cli *cli, const struct cli_list *origins)
{
	for (size_t i = 0; i < origins->count; i++) {
		struct span s = span_of(origins->item[i]);

		if (!span_is(s, "*") && !span_is(s, "null") &&
		    !access_is_origin(s))
			return cli_usage(cli,
			    "--allow-origin: '%s' is not an origin: "
			    "SCHEME://HOST or SCHEME://HOST:PORT, without a "
			    "path",
			    origins->item[i]);
	}
	return CLI_GO;
}

int
options_listen_check(const struct cli *cli, const struct options_listen *o,
    const struct cli_list *origins, bool *loopback)
{
	int is_loopback = serve_is_loopback(o->listen);
	bool tls = o->certificate != NULL;

	if (is_loopback < 0)
		return cli_usage(cli,
		    "--listen: '%s' is not ADDRESS:PORT, such as "
		    "127.0.0.1:8080, 0.0.0.0:443 or [::1]:8080",
		    o->listen);
	*loopback = is_loopback > 0;
	if (tls != (o->tls_key != NULL))
		return cli_usage(
		    cli, "--tls-cert and --tls-key need each other");
	if (!*loopback && !tls && !o->allow_http)
		return cli_usage(cli,
		    "--listen: '%s' is not loopback: --tls-cert is needed, or "
		    "--allow-http behind a proxy that speaks TLS",
		    o->listen);
	return origins != NULL ? check_origins(cli, origins) : CLI_GO;
}

int
options_listen_check_sender(const struct cli *cli, const char *name)
{
	if (name == NULL || strcmp(name, "*") == 0 ||
	    access_is_host(span_of(name)) || access_is_origin(span_of(name)))
		return CLI_GO;
	return cli_usage(
	    cli, "--allow-origin: '%s' is not the name of a host", name);
}

int
options_listen_announce(const struct options_listen *o, const char *state,
    const struct serve *s, struct err *err)
{
	const char *const written[] = {o->port_file, state};

	if (options_confine(written, 2, err) != 0)
		return -1;
	diag_note("listening on %s://%.*s:%u%s",
	    o->certificate != NULL ? "https" : "http",
	    (int)(strrchr(o->listen, ':') - o->listen), o->listen,
	    serve_port(s), o->path != NULL ? o->path : "/");
	if (o->port_file != NULL && serve_write_port(s, o->port_file, err) != 0)
		return -1;
	return service_ready(err);
}

int
options_listen_reload(const struct cli *cli, const struct options_keys *k,
    struct serve *s, struct sign_keys **keys)
{
	struct err err;
	int status = CLI_GO;

	*keys = NULL;
	if (k != NULL && k->fd < 0)
		status = options_token_keys(cli, k, keys);
	if (status == CLI_GO && serve_reload(s, &err) != 0) {
		diag_error("%s", err.text);
		status = CLI_SYSTEM;
	}
	if (status == CLI_GO) {
		diag_note("reloaded keys and certificates");
		return CLI_GO;
	}
	sign_keys_free(*keys);
	*keys = NULL;
	diag_error("not reloaded: keys and certificates stay as they were");
	return status;
}
