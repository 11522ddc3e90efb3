#include <string.h>

#include "ndjson/ndjson.h"

/* The bytes that identify a kind of file, and their offset. */
static const struct magic {
	size_t at;
	struct span bytes;
	const char *what;
} magics[] = {
    {4, {"ftypavif", 8}, "an AVIF picture"},
    {4, {"ftyphei", 7}, "a HEIC picture"},
    {4, {"ftypmif1", 8}, "a HEIC picture"},
    {4, {"ftyp", 4}, "an MP4 or QuickTime video"},
    {4, {"moov", 4}, "a QuickTime video"},
    {4, {"mdat", 4}, "a QuickTime video"},
    {4, {"wide", 4}, "a QuickTime video"},
    {0, {"\x1a\x45\xdf\xa3", 4}, "a Matroska or WebM video"},
    {8, {"AVI ", 4}, "an AVI video"},
    {8, {"WEBP", 4}, "a WebP picture"},
    {8, {"WAVE", 4}, "a WAVE sound"},
    {0, {"\x30\x26\xb2\x75\x8e\x66\xcf\x11", 8}, "a Windows Media video"},
    {0, {"FLV\x01", 4}, "a Flash video"},
    {0, {"OggS", 4}, "an Ogg file"},
    {0, {"\x00\x00\x01\xba", 4}, "an MPEG video"},
    {0, {"\x00\x00\x01\xb3", 4}, "an MPEG video"},
    {0, {"\x00\x00\x00\x01\x67", 5}, "a bare H.264 stream"},
    {0, {"YUV4MPEG2 ", 10}, "a Y4M video"},
    {0, {"\xff\xd8\xff", 3}, "a JPEG picture"},
    {0, {"\x89PNG", 4}, "a PNG picture"},
    {0, {"GIF8", 4}, "a GIF picture"},
    {0, {"\x1f\x8b", 2}, "gzip data"},
    {0, {"PK\x03\x04", 4}, "a ZIP archive"},
    {0, {"\xfd\x37zXZ", 5}, "xz data"},
    {0, {"\x28\xb5\x2f\xfd", 4}, "zstd data"},
    {0, {"BZh", 3}, "bzip2 data"},
    {0, {"%PDF-", 5}, "a PDF document"},
    {0, {"SQLite format 3", 15}, "an SQLite database"},
    {0, {"\x7f\x45LF", 4}, "a program"},
    {0, {"\xff\xfe", 2}, "UTF-16 text"},
    {0, {"\xfe\xff", 2}, "UTF-16 text"},
    {0, {"#!", 2}, "a script"},
    {0, {"-----BEGIN ", 11}, "PEM text"},
    {0, {"whsec_", 6}, "a key"},
    {0, {"whsk_", 5}, "a key"},
    {0, {"whpk_", 5}, "a key"},
    {0, {"#EXTM3U", 7}, "a playlist"},
    {0, {"<", 1}, "XML or HTML"},
};

static struct span
trim(struct span s)
{
	while (s.n > 0 && s.p[0] != '\0' && strchr(" \t\r", s.p[0]) != NULL) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && s.p[s.n - 1] != '\0' &&
	    strchr(" \t\r", s.p[s.n - 1]) != NULL)
		s.n--;
	return s;
}

/* Printable words with separators between them: the header of a table. */
static bool
is_table(struct span s)
{
	size_t separators = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f || c == '{' || c == '}')
			return false;
		if (c == ',' || c == ';' || c == '\t')
			separators += i + 1 < s.n && s.p[i + 1] != ' ';
	}
	return separators > 0;
}

const char *
ndjson_seems(struct span first)
{
	struct span s;

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
		const struct magic *m = &magics[i];

		if (first.n >= m->at + m->bytes.n &&
		    memcmp(first.p + m->at, m->bytes.p, m->bytes.n) == 0)
			return m->what;
	}
	/* All packets of MPEG-TS start with the same byte. */
	if (first.n > 188 && first.p[0] == 'G' && first.p[188] == 'G')
		return "an MPEG transport stream";
	s = trim(first);
	if (s.n == 0)
		return NULL;
	if (s.p[0] == '[')
		return "a JSON array: jq -c '.[]' makes lines of it";
	if (s.n == 1 && s.p[0] == '{')
		return "JSON over several lines: jq -c . makes one of it";
	if (s.p[0] == '{')
		return NULL;
	return is_table(s) ? "a table (CSV)" : NULL;
}

const char *
ndjson_refusal(const struct ndjson_line *line)
{
	const struct span mark = SPAN_LIT("\xef\xbb\xbf");

	if (memchr(line->text.p, '\0', line->text.n) != NULL)
		return "bad line: contains a NUL byte";
	if (line->number == 1 && line->text.n >= mark.n &&
	    memcmp(line->text.p, mark.p, mark.n) == 0)
		return "byte 1: a byte order mark: save the text without it";
	return NULL;
}
