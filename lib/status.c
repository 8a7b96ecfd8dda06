// SPDX-License-Identifier: MIT
/* Names of the results.  One string with NULs between the names: a table of pointers would need
 * relocations, and this runs before they are applied. */
#include "status.h"

const char *status_text(enum status st)
{
	const char *name = "ok\0truncated\0corrupt\0unsupported\0overflow\0nospace\0notfound\0"
			   "magic\0align\0range\0";

	if ((unsigned)st >= ST_COUNT)
		return "?";
	for (unsigned i = 0; i < (unsigned)st; i++) {
		while (*name)
			name++;
		name++;
	}
	return name;
}
