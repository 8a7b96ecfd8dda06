# SPDX-License-Identifier: MIT
# The host program, build/zshim, with the prebuilt stubs inside.  $(STUBS) is boot/boot.mk's.

TOOLS_SRC := $(wildcard tools/*.c)
# What the board runs too.  lib/mem.c is not among it: the C library has those functions.
TOOLS_LIB := lib/hash.c lib/crc32.c lib/image.c lib/status.c lib/range.c $(wildcard lib/codec/*.c \
	lib/fdt/*.c)
# The boards for `pack -f flash`, the UARTs for `pack --uart`.
TOOLS_BOARD := $(wildcard board/*/*.c)
# The planner and what it is asked about, for `verify`.
TOOLS_BOOT := boot/layout.c boot/ram.c
TOOLS_OBJ := $(TOOLS_SRC:tools/%.c=$(B)/tools/%.o) $(B)/tools/stubs.o \
	$(patsubst %.c,$(B)/tools/%.o,$(TOOLS_LIB) $(TOOLS_BOARD) $(TOOLS_BOOT))
TOOLS_BOOT_INC := -Ilib -Iboot -Iboot/arm -I$(B)/boot
TOOLS_CFLAGS := $(HOST_CFLAGS) $(TOOLS_BOOT_INC) -Iboard -I$(B)/tools -DZSHIM_PROGRAM_VERSION='"$(VERSION)"'
TOOLS_LDLIBS := -lelf -lfdt -ldeflate -lxxhash -llzma -llz4 -llzo2 -lzstd -lzopfli -lm -pthread

.PHONY: check-host
host: $(B)/zshim

$(B)/zshim: $(TOOLS_OBJ)
	@echo "LD  $@"
	@$(CC) $(HOST_CFLAGS) -o $@ $^ $(TOOLS_LDLIBS)

$(B)/tools/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	@$(CC) $(HOST_CFLAGS) -Ilib $(DEP) -c -o $@ $<

$(B)/tools/board/%.o: board/%.c
	@mkdir -p $(@D)
	@$(CC) $(HOST_CFLAGS) -Ilib -Iboard $(DEP) -c -o $@ $<

$(B)/tools/boot/%.o: boot/%.c | $(TEXTS)
	@mkdir -p $(@D)
	@$(CC) $(HOST_CFLAGS) $(TOOLS_BOOT_INC) $(DEP) -c -o $@ $<

$(B)/tools/%.o: tools/%.c | $(B)/tools/stubs.list $(TEXTS)
	@mkdir -p $(@D)
	@$(CC) $(TOOLS_CFLAGS) $(DEP) -c -o $@ $<

# The size of what only the board's compiler knows.
$(B)/tools/consts.o: boot/boot.h boot/boot.mk | $(TEXTS)
	@mkdir -p $(@D)
	@printf '#include "boot.h"\nconst char STATE[sizeof(struct boot)];\n' | \
		$(CROSS)gcc $(BOOT_CPPFLAGS) -march=armv7-a -mthumb -std=gnu11 $(DEP) -x c -c - -o $@

# The one list of stubs, for stub.c and stubs.S, as lines
# STUB(arch, codec, flavour, "file", bytes of state, bytes of scratch memory).
$(B)/tools/stubs.list: tools/tools.mk tools/needs.py $(B)/tools/consts.o $(STUBS)
	@mkdir -p $(@D)
	@for f in $(STUBS); do \
		name=$$(basename "$$f" .bin); \
		IFS=- read -r _ arch codec flavour <<<"$$name"; \
		needs=$$(CROSS=$(CROSS) $(PYTHON) tools/needs.py $(B)/tools/consts.o "$${f%.bin}.elf"); \
		echo "STUB($$arch, $$codec, $$flavour, \"$$f\", $$needs)"; \
	done >$@

$(B)/tools/stubs.o: tools/stubs.S $(B)/tools/stubs.list $(STUBS)
	@$(CC) -I$(B)/tools -c -o $@ $<

# The mini vmlinux and its Image: objcopy is the oracle for what is loaded where.
check-host: $(B)/zshim $(B)/payload/vmlinux $(B)/payload/Image ## test the host program on good and bad files
	@$(PYTHON) tests/host/run.py $(B)/zshim
