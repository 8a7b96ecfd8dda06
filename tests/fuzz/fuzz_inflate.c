// SPDX-License-Identifier: MIT
/* The gzip decoder against zlib: same verdict and same bytes for any raw DEFLATE data. */
#include "../unit/inflate_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *difference = oracle_compare(data, size, 65536);

	if (difference) {
		fprintf(stderr, "%s\n", difference);
		abort();
	}
	oracle_gzip(data, size, 4096);
	return 0;
}
