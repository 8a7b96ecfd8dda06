// SPDX-License-Identifier: MIT
/* The lz4 decoder against a plain one and liblz4, for any file and any block. */
#include "../unit/lz4_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *difference = oracle_lz4(data, size, 20000);

	if (!difference)
		difference = oracle_block(data, size, 70000);
	if (difference) {
		fprintf(stderr, "%s\n", difference);
		abort();
	}
	return 0;
}
