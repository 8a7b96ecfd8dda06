// SPDX-License-Identifier: MIT
/* Runs a libFuzzer target over the files of a folder, without libFuzzer; prints TAP. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *folder, const char *name)
{
	char path[4096];
	uint8_t *data;
	long size;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0)
		abort();
	rewind(f);
	data = malloc((size_t)size ? (size_t)size : 1); /* exact: ASan sees an overread */
	if (!data || fread(data, 1, (size_t)size, f) != (size_t)size)
		abort();
	fclose(f);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
}

int main(int argc, char **argv)
{
	struct dirent **list;
	int count = argc == 2 ? scandir(argv[1], &list, NULL, alphasort) : -1;
	int done = 0;

	if (count < 0) {
		fprintf(stderr, "usage: replay FOLDER\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		if (list[i]->d_name[0] != '.') {
			fprintf(stderr, "# %s\n", list[i]->d_name);
			replay(argv[1], list[i]->d_name);
			printf("ok %d - %s\n", ++done, list[i]->d_name);
		}
		free(list[i]);
	}
	free(list);
	printf("1..%d\n", done);
	return 0;
}
