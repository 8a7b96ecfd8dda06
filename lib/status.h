/* SPDX-License-Identifier: MIT */
/*
 * The one result type of lib/.  0 is success everywhere; a library function never panics or prints,
 * it returns one of these and the calling stage decides.
 */
#ifndef STATUS_H
#define STATUS_H

enum status {
	ST_OK = 0,
	ST_TRUNCATED,	/* the input ended before the format said it would */
	ST_CORRUPT,	/* the input breaks a rule of its format */
	ST_UNSUPPORTED, /* valid, but a feature that we do not have */
	ST_OVERFLOW,	/* more output than the caller gave room for */
	ST_NOSPACE,	/* a table or buffer of ours is full */
	ST_NOTFOUND,	/* what was asked for is not there */
	ST_MAGIC,	/* not this format at all */
	ST_ALIGN,	/* a misaligned address or offset */
	ST_RANGE,	/* a number is outside its legal range */
	ST_COUNT
};

/* A result that is dropped is a bug: every function that returns a status carries this. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* A short name ("truncated"); never NULL, "?" for a number that is no status. */
const char *status_text(enum status st);

#endif /* STATUS_H */
