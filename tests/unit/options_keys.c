/* Where commands take their keys from, and how they make new ones. */
#include "options/options.h"

#include <sys/stat.h>

#include <fcntl.h>

#include "diag/diag.h"
#include "folder.h"
#include "said.h"

#define HMAC "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"
#define OTHER "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define PUBLIC "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=\n"
#define SHARED                                                         \
	"{\"kty\":\"oct\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBk" \
	"aGxwdHh8\"}\n"
#define VARIABLE "OPTIONS_TEST_KEY_FILE"

static const struct cli cli = {"test", "[FILE ...]", "", NULL, NULL, 0};

static void
file(const char *name, mode_t mode, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	size_t n = strlen(text);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n ||
	    fchmod(fd, mode) != 0 || close(fd) != 0) {
		printf("Bail out! %s\n", name);
		exit(1);
	}
}

/* Load keys for signing; tell the status, and how many there are. */
static int
sign(const struct options_keys *k, size_t *count)
{
	struct sign_keys *keys = NULL;
	int status = options_sign_keys(&cli, k, sign_scheme(0), &keys);

	*count = keys != NULL ? sign_keys_count(keys) : 0;
	sign_keys_free(keys);
	return status;
}

static int
seal(const struct options_keys *k, size_t *count)
{
	struct seal_keys *keys = NULL;
	int status = options_seal_keys(&cli, k, &keys);

	*count = keys != NULL ? seal_keys_count(keys) : 0;
	seal_keys_free(keys);
	return status;
}

static void
none(void)
{
	struct options_keys k = OPTIONS_KEYS_INIT(VARIABLE);
	size_t n;

	unsetenv(VARIABLE);
	CHECK(sign(&k, &n) == CLI_USAGE, "no key is a wrong call");
	CHECK_TEXT(said(),
	    "test: no key: give --key-file, --key-fd or $" VARIABLE
	    "\nusage: test [OPTION ...] [FILE ...] (--help for more)\n",
	    "that says where keys come from");
	CHECK(seal(&k, &n) == CLI_USAGE, "so it is for sealing");
	CHECK(strncmp(said(), "test: no key: ", 14) == 0, "and says so");
}

static void
sources(void)
{
	struct options_keys k = OPTIONS_KEYS_INIT(VARIABLE);
	size_t n;

	CHECK(setenv(VARIABLE, "hmac", 1) == 0 && sign(&k, &n) == CLI_GO &&
		n == 1,
	    "the variable names a file");
	k.file = (struct cli_list){{"hmac", "two"}, 2};
	CHECK(setenv(VARIABLE, "absent", 1) == 0 && sign(&k, &n) == CLI_GO &&
		n == 3,
	    "files come before it, and all of their keys count");
	k.fd = open("public", O_RDONLY);
	CHECK(k.fd >= 0 && sign(&k, &n) == CLI_GO && n == 4,
	    "and those of a descriptor");
	close((int)k.fd);
	CHECK_TEXT(said(), "", "nothing is said of it");
	CHECK(sign(&k, &n) == CLI_SYSTEM, "a descriptor that is closed");
	CHECK(strncmp(said(), "test: descriptor ", 17) == 0, "is named");

	k = (struct options_keys)OPTIONS_KEYS_INIT(VARIABLE);
	CHECK(sign(&k, &n) == CLI_SYSTEM, "a file that is not there");
	CHECK_TEXT(said(), "test: absent: No such file or directory\n",
	    "is named, too");
	CHECK(setenv(VARIABLE, "shared", 1) == 0 && seal(&k, &n) == CLI_GO &&
		n == 1,
	    "a key for sealing");
	CHECK(sign(&k, &n) == CLI_SYSTEM, "is none for signing");
	CHECK_TEXT(said(),
	    "test: shared:1: not a key: whsec_, whsk_, whpk_ or base64 "
	    "expected\n",
	    "which is said without showing it");
	k.file = (struct cli_list){{"hmac"}, 1};
	CHECK(seal(&k, &n) == CLI_SYSTEM, "nor the other way round");
	CHECK(strstr(said(), "MfKQ") == NULL, "which does not show it either");
	k.file.item[0] = "open";
	CHECK(sign(&k, &n) == CLI_SYSTEM, "a key that others can read");
	CHECK_TEXT(said(),
	    "test: open: others can access this secret: chmod 600 it\n",
	    "is no secret");
	unsetenv(VARIABLE);
}

/* Is ${text} the start of file ${name}, which only its owner can read? */
static bool
holds(const char *name, const char *text)
{
	char start[64] = "";
	struct stat st;
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, start, strlen(text));

	return fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0777) == 0600 &&
	    close(fd) == 0 && n == (ssize_t)strlen(text) &&
	    strcmp(start, text) == 0;
}

struct made {
	int status;
	char public[512]; /* what was printed */
};

static struct made
make(int (*maker)(const struct options_new_key *, struct ndjson_writer *),
    const char *name, unsigned kind)
{
	const struct options_new_key n = {name, kind};
	struct made m = {.status = -1};
	int fd = open("printed", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct ndjson_writer *out = ndjson_writer_new(fd);

	m.status = maker(&n, out);
	if (ndjson_flush(out) != 0 ||
	    pread(fd, m.public, sizeof(m.public) - 1, 0) < 0)
		m.status = -1;
	ndjson_writer_free(out);
	close(fd);
	return m;
}

/* The ID of the key in file ${name} is the one that was said of ${name}. */
static bool
said_id(const char *name, bool sealing)
{
	struct options_keys k = OPTIONS_KEYS_INIT(VARIABLE);
	struct sign_keys *sign_keys = NULL;
	struct seal_keys *seal_keys = NULL;
	const char *text = said();
	char want[200] = "";

	k.file = (struct cli_list){{name}, 1};
	if (sealing && options_seal_keys(&cli, &k, &seal_keys) == CLI_GO)
		snprintf(want, sizeof(want), "test: wrote the key %s to %s\n",
		    seal_key_id(seal_keys, 0), name);
	if (!sealing &&
	    options_sign_keys(&cli, &k, sign_scheme(0), &sign_keys) == CLI_GO)
		snprintf(want, sizeof(want), "test: wrote the key %s to %s\n",
		    sign_key_id(sign_keys, 0), name);
	sign_keys_free(sign_keys);
	seal_keys_free(seal_keys);
	return strcmp(text, want) == 0;
}

static void
new_keys(void)
{
	struct made m = make(options_new_sign_key, "new-hmac", SIGN_NEW_HMAC);

	CHECK(m.status == CLI_OK && holds("new-hmac", "whsec_"),
	    "a new HMAC key");
	CHECK_TEXT(m.public, "", "which nobody else may know");
	CHECK(said_id("new-hmac", false), "and its ID");
	m = make(options_new_sign_key, "new-ed25519", SIGN_NEW_ED25519);
	CHECK(m.status == CLI_OK && holds("new-ed25519", "whsk_"),
	    "a new Ed25519 key");
	CHECK(strncmp(m.public, "whpk_", 5) == 0 &&
		m.public[strlen(m.public) - 1] == '\n',
	    "and the public one");
	CHECK(said_id("new-ed25519", false), "and its ID");
	m = make(options_new_seal_key, "new-p256", SEAL_P256);
	CHECK(m.status == CLI_OK && holds("new-p256", "{\"crv\":\"P-256\""),
	    "a new key for sealing");
	CHECK(strstr(m.public, "\"kty\":\"EC\"") != NULL &&
		strstr(m.public, "\"d\":") == NULL,
	    "and its public half alone");
	CHECK(said_id("new-p256", true), "and its ID");

	m = make(options_new_sign_key, "hmac", SIGN_NEW_HMAC);
	CHECK(m.status == CLI_SYSTEM && holds("hmac", HMAC),
	    "a file that is there stays");
	CHECK_TEXT(said(), "test: hmac: File exists\n", "which is said");
	CHECK_TEXT(m.public, "", "and nothing is printed");
	m = make(options_new_seal_key, "no/such", SEAL_P256);
	CHECK(m.status == CLI_SYSTEM, "no folder for it");
	CHECK(strstr(said(), "No such file or directory") != NULL,
	    "which is said, too");
	diag_set_level(DIAG_QUIET);
	m = make(options_new_sign_key, "quiet", SIGN_NEW_ED25519);
	CHECK(m.status == CLI_OK && strncmp(m.public, "whpk_", 5) == 0,
	    "a key made quietly");
	CHECK_TEXT(said(), "", "is not spoken of");
	diag_set_level(DIAG_NORMAL);
}

int
main(void)
{
	folder_enter("options_keys");
	diag_program("test");
	said_listen();
	file("hmac", 0600, HMAC);
	file("two", 0600, OTHER PUBLIC);
	file("public", 0644, PUBLIC);
	file("open", 0644, HMAC);
	file("shared", 0600, SHARED);
	none();
	sources();
	new_keys();
	said_end();
	folder_leave();
	return check_done();
}
