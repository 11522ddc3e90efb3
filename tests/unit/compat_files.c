/* Files that are replaced as a whole, have no name yet, or are claimed. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>

#include "compat/claim.h"
#include "compat/replace.h"
#include "compat/unnamed.h"
#include "compat/write.h"
#include "folder.h"

/* The text of ${path}; "" if it does not exist. */
static const char *
text_of(const char *path)
{
	static char text[64];
	FILE *f = fopen(path, "r");
	size_t n = f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f != NULL)
		fclose(f);
	return text;
}

static unsigned
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (unsigned)st.st_mode & 0777 : 0;
}

/* The number of files in the folder. */
static size_t
files(void)
{
	struct dirent *entry;
	DIR *d = opendir(".");
	size_t n = 0;

	while (d != NULL && (entry = readdir(d)) != NULL)
		n += entry->d_name[0] != '.';
	if (d != NULL)
		closedir(d);
	return n;
}

static void
check_replace(void)
{
	char temporary[64];

	snprintf(temporary, sizeof(temporary), "file.%ld.new", (long)getpid());
	CHECK(compat_replace("file", "one", 3, 0640, true) == 0, "a new file");
	CHECK_TEXT(text_of("file"), "one", "has the text");
	CHECK(mode_of("file") == 0640, "and the mode");
	CHECK(chmod("file", 0604) == 0 &&
		compat_replace("file", "two", 3, 0640, false) == 0,
	    "it is replaced");
	CHECK_TEXT(text_of("file"), "two", "by another text");
	CHECK(mode_of("file") == 0604, "with the mode of the old one");
	/* A process of this number was killed while it wrote; somebody else made a
	 * link of the name. */
	CHECK(symlink("file", temporary) == 0 &&
		compat_replace("file", "three", 5, 0640, false) == 0,
	    "the name of the new file is in use");
	CHECK_TEXT(text_of("file"), "three", "the file is replaced");
	CHECK(files() == 1, "and nothing else is left");

	CHECK(mkdir("folder", 0700) == 0 &&
		compat_replace("folder", "x", 1, 0640, false) == -1,
	    "a folder is not replaced");
	CHECK(errno == EISDIR, "which errno says");
	CHECK(files() == 2, "and nothing is left of the new file");
	CHECK(compat_replace("none/file", "x", 1, 0640, false) == -1 &&
		errno == ENOENT,
	    "a file in a missing folder");
	CHECK(mkdir(temporary, 0700) == 0 &&
		compat_replace("file", "x", 1, 0640, false) == -1,
	    "the name of the new file is that of a folder");
	CHECK_TEXT(text_of("file"), "three", "the old file is as it was");
	CHECK(rmdir(temporary) == 0 && rmdir("folder") == 0 &&
		unlink("file") == 0,
	    "they are removed");
}

static void
check_unnamed(void)
{
	int fd = compat_unnamed_open("file");

	if (fd < 0) {
		CHECK(errno == EOPNOTSUPP, "files without a name are missing");
		return;
	}
	CHECK(compat_write(fd, "text", 4) == 4, "it is written");
	CHECK(files() == 0, "without a name");
	CHECK(compat_unnamed_link(fd, "file") == 0, "it gets one");
	CHECK_TEXT(text_of("file"), "text", "with its text");
	CHECK(compat_unnamed_link(fd, "file") == -1 && errno == EEXIST,
	    "not a name that exists");
	close(fd);
	fd = compat_unnamed_open("none/file");
	CHECK(fd == -1 && errno == ENOENT, "in a missing folder");
	CHECK(unlink("file") == 0, "it is removed");
}

static void
check_claim(void)
{
	int one = open("file", O_RDWR | O_CREAT, 0600);
	int two = open("file", O_RDWR);

	CHECK(one >= 0 && two >= 0, "two descriptors of a file");
	CHECK(compat_claim(one) == 0 && compat_claim(one) == 0,
	    "one has the claim");
	CHECK(compat_claim(two) == -1 && errno == EAGAIN, "not the other");
	close(one);
	CHECK(compat_claim(two) == 0, "until it is closed");
	close(two);
	CHECK(unlink("file") == 0, "it is removed");
}

int
main(void)
{
	(void)umask(022);
	folder_enter("compat_files");
	check_replace();
	check_unnamed();
	check_claim();
	folder_leave();
	return check_done();
}
