// SPDX-License-Identifier: MIT
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The temporary file's name while there is one: a signal handler has no other way to know it. */
static char temporary[PATH_MAX];

static void abandon(void)
{
	if (temporary[0])
		unlink(temporary);
	temporary[0] = '\0';
}

static void on_signal(int number)
{
	abandon();
	/* SA_RESETHAND: the default action is back, so the parent sees the true cause of death. */
	raise(number);
}

static void catch_signals(void)
{
	static const int deadly[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	action.sa_flags = (int)SA_RESETHAND;
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		sigaction(deadly[i], &action, NULL);
	signal(SIGXFSZ, SIG_IGN); /* then write() says so, and so do we */
}

static void write_all(int fd, const char *name, const struct bytes *piece)
{
	size_t done = 0;

	while (done < piece->size) {
		ssize_t n = write(fd, piece->data + done, piece->size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			input_error(name, "cannot write: %s", strerror(errno));
		done += (size_t)n;
	}
}

/* A temporary file in the folder of name; the caller renames it. */
static int open_temporary(const char *name)
{
	mode_t mask;
	int fd;

	catch_signals();
	atexit(abandon); /* every error ends in exit() */
	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", name) >= (int)sizeof(temporary)) {
		temporary[0] = '\0';
		input_error(name, "cannot write: %s", strerror(ENAMETOOLONG));
	}
	fd = mkstemp(temporary);
	if (fd < 0) {
		temporary[0] = '\0';
		input_error(name, "cannot write: %s", strerror(errno));
	}
	/* mkstemp makes a private file; an image gets the rights of any other new file. */
	mask = umask(0);
	umask(mask);
	if (fchmod(fd, 0644 & ~mask) < 0)
		input_error(name, "cannot write: %s", strerror(errno));
	return fd;
}

void output_write(const char *name, const struct bytes *piece, unsigned pieces)
{
	char path[PATH_MAX];
	struct stat st;
	bool exists = stat(name, &st) == 0;
	bool direct = exists && !S_ISREG(st.st_mode);
	int fd;

	if (exists && S_ISDIR(st.st_mode))
		input_error(name, "cannot write: is a folder");
	/* Behind a symbolic link the file changes, not the link. */
	if (!exists || !realpath(name, path))
		snprintf(path, sizeof(path), "%s", name);
	fd = direct ? open(path, O_WRONLY | O_CLOEXEC) : open_temporary(path);
	if (fd < 0)
		input_error(name, "cannot write: %s", strerror(errno));
	for (unsigned i = 0; i < pieces; i++)
		write_all(fd, name, &piece[i]);
	if (!direct && fsync(fd) < 0)
		input_error(name, "cannot write: %s", strerror(errno));
	if (close(fd) < 0)
		input_error(name, "cannot write: %s", strerror(errno));
	if (!direct && rename(temporary, path) < 0)
		input_error(name, "cannot write: %s", strerror(errno));
	temporary[0] = '\0';
}
