/* Files that are replaced as a whole, have no name yet, are claimed, or are the same. */
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>

#include "compat/claim.h"
#include "compat/replace.h"
#include "compat/same.h"
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

/* Files that do not exist are those that would be made. */
static void
check_same(void)
{
	char here[1024], full[1100], deep[PATH_MAX];

	CHECK(getcwd(here, sizeof(here)) != NULL, "the folder");
	snprintf(full, sizeof(full), "%s/new", here);
	CHECK(mkdir("folder", 0700) == 0 && symlink("new", "soft") == 0 &&
		symlink("../new", "folder/soft") == 0 &&
		symlink(full, "folder/full") == 0 &&
		symlink("loop", "loop") == 0 &&
		symlink("folder/soft", "twice") == 0,
	    "links to a file that does not exist");
	CHECK(compat_same_path("new", "./new") &&
		compat_same_path("new", "folder/../new") &&
		compat_same_path("new", full),
	    "by other names");
	CHECK(compat_same_path("new", "soft") &&
		compat_same_path("folder/soft", "new") &&
		compat_same_path("folder/full", "new") &&
		compat_same_path("twice", "soft"),
	    "by links that are relative, absolute, or to links");
	CHECK(compat_same_path("new", "new//"), "as a folder");
	CHECK(!compat_same_path("new", "old") &&
		!compat_same_path("new", "folder/new"),
	    "other names are other files");
	CHECK(!compat_same_path("loop", "loop") &&
		!compat_same_path("none/new", "none/new") &&
		!compat_same_path("", ""),
	    "what cannot be made is no file");
	memset(deep, 'x', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	CHECK(!compat_same_path(deep, deep), "nor is what has too long a name");
	CHECK(close(open("new", O_WRONLY | O_CREAT, 0600)) == 0 &&
		compat_same_path("new", "folder/full") &&
		link("new", "hard") == 0 && compat_same_path("hard", "twice"),
	    "the same when it exists, and by a hard link");
	CHECK(!compat_same_path("/dev/null", "/dev/null"),
	    "a device is written by many");
	CHECK(unlink("folder/soft") == 0 && unlink("folder/full") == 0 &&
		rmdir("folder") == 0,
	    "they are removed");
}

/* A disk that is full does not lose what it took, nor make a file of a part.  The
 * limit is also that of the output of this test. */
static void
check_full(void)
{
	struct rlimit before, most;
	int fd = open("file", O_WRONLY | O_CREAT, 0600), why[2] = {0, 0}, rc;
	size_t n;

	CHECK(fd >= 0 && getrlimit(RLIMIT_FSIZE, &before) == 0 &&
		signal(SIGXFSZ, SIG_IGN) != SIG_ERR,
	    "a file");
	fflush(stdout);
	most = (struct rlimit){3, before.rlim_max};
	rc = setrlimit(RLIMIT_FSIZE, &most);
	n = compat_write(fd, "12345", 5);
	why[0] = errno;
	if (rc == 0)
		rc = compat_replace("file", "abcde", 5, 0640, true);
	why[1] = errno;
	CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0,
	    "files had room for 3 bytes");
	CHECK(n == 3 && why[0] == EFBIG, "so much is written");
	CHECK(rc == -1 && why[1] == EFBIG, "a file is not replaced by a part");
	CHECK_TEXT(text_of("file"), "123", "but stays");
	CHECK(close(fd) == 0 && unlink("file") == 0, "it is removed");
}

int
main(void)
{
	(void)umask(022);
	folder_enter("compat_files");
	check_replace();
	check_unnamed();
	check_claim();
	check_same();
	check_full();
	folder_leave();
	return check_done();
}
