/*
 * The floor of tests/bench/post: a bare libcurl-multi loop that posts the same
 * lines over the same number of connections with an ID, a timestamp and a
 * signature of fixed text, and checks only the status.
 *
 *	post-floor URL CONNECTIONS < lines
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_MAX 1024

struct slot {
	CURL *easy;
	struct curl_slist *header;
	char *line;
	size_t cap;
};

static size_t
drop(char *data, size_t size, size_t n, void *p)
{
	(void)data;
	(void)p;
	return size * n;
}

static int
start(CURLM *multi, struct slot *s)
{
	ssize_t n = getline(&s->line, &s->cap, stdin);

	if (n <= 0)
		return 0;
	if (s->line[n - 1] == '\n')
		n--;
	curl_easy_setopt(s->easy, CURLOPT_POSTFIELDSIZE, (long)n);
	curl_easy_setopt(s->easy, CURLOPT_POSTFIELDS, s->line);
	curl_multi_add_handle(multi, s->easy);
	return 1;
}

int
main(int argc, char *argv[])
{
	static struct slot slot[CONNECTIONS_MAX];
	int count = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 0;
	int running = 0, left;
	long good = 0, bad = 0;
	CURLM *multi;
	CURLMsg *m;

	if (count < 1 || count > CONNECTIONS_MAX)
		return 2;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	for (int i = 0; i < count; i++) {
		struct slot *s = &slot[i];

		s->easy = curl_easy_init();
		s->header = curl_slist_append(NULL, "Expect:");
		s->header = curl_slist_append(
		    s->header, "Content-Type: application/json");
		s->header = curl_slist_append(s->header,
		    "webhook-id: 01936b2c-7f3a-7c1e-9d55-0123456789ab");
		s->header = curl_slist_append(
		    s->header, "webhook-timestamp: 1795415610");
		s->header = curl_slist_append(s->header,
		    "webhook-signature: v1,"
		    "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
		curl_easy_setopt(s->easy, CURLOPT_URL, argv[1]);
		curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->header);
		curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, drop);
		curl_easy_setopt(s->easy, CURLOPT_PRIVATE, s);
		curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
		start(multi, s);
	}
	do {
		curl_multi_perform(multi, &running);
		while ((m = curl_multi_info_read(multi, &left)) != NULL) {
			char *p;
			long status = 0;
			CURL *easy = m->easy_handle;

			curl_easy_getinfo(easy, CURLINFO_PRIVATE, &p);
			curl_easy_getinfo(
			    easy, CURLINFO_RESPONSE_CODE, &status);
			if (status == 200)
				good++;
			else
				bad++;
			curl_multi_remove_handle(multi, easy);
			running += start(multi, (struct slot *)(void *)p);
		}
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	} while (running > 0);
	printf("%ld %ld\n", good, bad);
	return bad > 0;
}
