# SPDX-License-Identifier: MIT
# The host program, build/zshim, with the prebuilt stubs inside.  $(STUBS) is boot/boot.mk's.

TOOLS_SRC := $(wildcard tools/*.c)
# What the board runs too.  lib/mem.c is not among it: the C library has those functions.
TOOLS_LIB := lib/hash.c lib/crc32.c lib/image.c lib/status.c $(wildcard lib/codec/*.c)
TOOLS_OBJ := $(TOOLS_SRC:tools/%.c=$(B)/tools/%.o) $(TOOLS_LIB:%.c=$(B)/tools/%.o) $(B)/tools/stubs.o
TOOLS_CFLAGS := $(HOST_CFLAGS) -Ilib -I$(B)/tools -DZSHIM_PROGRAM_VERSION='"$(VERSION)"'
TOOLS_LDLIBS := -lelf -lfdt -ldeflate -lxxhash -llzma -llz4 -llzo2 -lzstd -lzopfli -lm -pthread

.PHONY: check-host
host: $(B)/zshim

$(B)/zshim: $(TOOLS_OBJ)
	@echo "LD  $@"
	@$(CC) $(HOST_CFLAGS) -o $@ $^ $(TOOLS_LDLIBS)

$(B)/tools/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	@$(CC) $(HOST_CFLAGS) -Ilib $(DEP) -c -o $@ $<

$(B)/tools/%.o: tools/%.c | $(B)/tools/stubs.list
	@mkdir -p $(@D)
	@$(CC) $(TOOLS_CFLAGS) $(DEP) -c -o $@ $<

# The one list of stubs, as lines STUB(arch, codec, flavour, "file") for stub.c and stubs.S.
$(B)/tools/stubs.list: boot/boot.mk tools/tools.mk
	@mkdir -p $(@D)
	@for f in $(STUBS); do \
		name=$$(basename "$$f" .bin); \
		IFS=- read -r _ arch codec flavour <<<"$$name"; \
		echo "STUB($$arch, $$codec, $$flavour, \"$$f\")"; \
	done >$@

$(B)/tools/stubs.o: tools/stubs.S $(B)/tools/stubs.list $(STUBS)
	@$(CC) -I$(B)/tools -c -o $@ $<

# The mini vmlinux and its Image: objcopy is the oracle for what is loaded where.
check-host: $(B)/zshim $(B)/payload/vmlinux $(B)/payload/Image ## test the host program on good and bad files
	@$(PYTHON) tests/host/run.py $(B)/zshim
