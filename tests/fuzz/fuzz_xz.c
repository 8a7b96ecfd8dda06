// SPDX-License-Identifier: MIT
/* The xz decoders against liblzma, for any file and any chunks. */
#include "../unit/xz_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *difference = oracle_xz(data, size, 70000);

	if (!difference)
		difference = oracle_lzma2(data, size, 70000);
	if (difference) {
		fprintf(stderr, "%s\n", difference);
		abort();
	}
	return 0;
}
