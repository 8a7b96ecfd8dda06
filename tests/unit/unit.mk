# SPDX-License-Identifier: MIT
# Tests of lib/ and of the pure files of boot/.
#
#   tests/unit/test_*.c   cmocka programs; run on the host (ASan, UBSan) and on ARM under QEMU
#   tests/unit/host_*.c   host only: they need files, reference libraries or guard pages
#   tests/target/test_*.c ARM only: the assembly twins of lib/ against the C
#   tests/fuzz/fuzz_*.c   libFuzzer targets; their corpus/NAME/ is replayed by check-fuzz
#
# Each test function adds a line "pass NAME" or "FAIL NAME" to $(B)/check/*.results.

UNIT_LIB := $(sort $(wildcard lib/*.c lib/*/*.c))
# Pure files of boot/ that tests link, and what their tests need to find the headers.
UNIT_BOOT ?=
UNIT_BOOT_INC ?= -Iboot -Iboot/arm
UNIT_FUZZ_SECONDS = $(if $(FUZZ_SECONDS),$(FUZZ_SECONDS),60)
UNIT_RUN := tests/unit/run.sh

# lib/mem.c under other names, so that it is tested beside the C library's, not instead of it.
UNIT_RENAME := $(foreach f,memcpy memmove memset memcmp strlen strcmp,-D$(f)=zs_$(f))
UNIT_INC = -Ilib -Itests/unit $(if $(UNIT_BOOT),$(UNIT_BOOT_INC))
UNIT_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_REF := -lz -ldeflate -lxxhash -lfdt -llz4 -llzma -lzstd

# --- host -------------------------------------------------------------------------------------
UNIT_FLAGS = -std=gnu11 -O1 -g $(WARN) $(UNIT_SAN)
UNIT_OBJ = $(patsubst %.c,$(B)/unit/%.o,$(UNIT_LIB) $(UNIT_BOOT))
UNIT_NAMES := $(sort $(basename $(notdir $(wildcard tests/unit/test_*.c tests/unit/host_*.c))))
UNIT_PROGRAMS := $(UNIT_NAMES:%=$(B)/unit/%)

$(B)/unit/lib/mem.o $(B)/unit/lib/memmove.o: UNIT_MORE := $(UNIT_RENAME)
$(B)/unit/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_FLAGS) -ffreestanding $(UNIT_MORE) -Ilib $(DEP) -c $< -o $@

$(B)/unit/boot/%.o: boot/%.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_FLAGS) -ffreestanding -Ilib $(UNIT_BOOT_INC) $(DEP) -c $< -o $@

$(B)/unit/lib.a: $(UNIT_OBJ)
	@rm -f $@
	ar rc $@ $^

$(B)/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_FLAGS) $(UNIT_INC) $(DEP) -c $< -o $@

$(UNIT_PROGRAMS): $(B)/unit/%: $(B)/unit/%.o $(B)/unit/lib.a
	$(CC) $(UNIT_SAN) $^ -lcmocka $(UNIT_REF) -o $@

.PHONY: check-unit check-target check-fuzz fuzz campaign-fuzz
check-unit: $(UNIT_PROGRAMS) ## unit tests on the host, with ASan and UBSan
	@mkdir -p $(B)/check; rm -f $(B)/check/unit.results; bad=0; \
	for t in $(UNIT_NAMES); do \
		CMOCKA_MESSAGE_OUTPUT=TAP $(UNIT_RUN) $(B)/check/unit.results $$t \
			$(B)/unit/$$t || bad=1; \
	done; exit $$bad

# --- ARM: the same sources as the board builds them, under newlib and semihosting ---------------
TARGET_ARCH_FLAGS := -march=armv7-a -mthumb
TARGET_LIB_FLAGS := -std=gnu11 $(TARGET_ARCH_FLAGS) -Os -g -ffreestanding -fpie -fvisibility=hidden \
	-mno-unaligned-access -mgeneral-regs-only -fno-delete-null-pointer-checks
TARGET_OBJ = $(patsubst %.c,$(B)/target/%.o,$(UNIT_LIB) $(UNIT_BOOT))
# test_fdt.c takes libfdt for its oracle unless it says otherwise: TARGET_SKIP names such tests.
TARGET_SKIP ?=
TARGET_NAMES = $(filter-out $(TARGET_SKIP),$(filter test_%,$(UNIT_NAMES)))
# The decoders again, under other names, with the assembly that the board has in them: they pass the
# same tests as the C, and tests/target/ compares the two.  TWINS are the codecs that have assembly,
# TWIN_NAMES the symbols that it shares with the C.
TWINS := gzip inflate lz4 lz4_block zstd xz
TWIN_NAMES := codec_gzip codec_inflate inflate_block inflate_data inflate_start \
	inflate_finish inflate_margin \
	codec_lz4 codec_lz4_block lz4_sequences \
	branch_arm_undo branch_thumb_undo \
	codec_zstd $(foreach f,fail byte bits peek take prepare fse_table huffman_table reverse \
	sequences huffman states copy,zstd_$(f)) \
	codec_xz codec_xzboot lzma2_decode lzma2_margin lzma_reset lzma_chunk
PARTS_xz := lib/codec/xzboot $(PARTS_xzboot)
TARGET_RENAME := $(foreach n,$(TWIN_NAMES),-D$(n)=twin_$(n))
TARGET_TWIN_OBJ := $(sort $(patsubst %,$(B)/target/twin/%.o,$(foreach c,$(TWINS),lib/codec/$(c) \
	$(PARTS_$(c))) boot/arm/codec/branch))
TARGET_TWIN_TESTS := $(TWINS:%=twin_%) twin_branch
TARGET_TWIN_NAMES := $(TARGET_TWIN_TESTS) $(basename $(notdir $(wildcard tests/target/test_*.c)))
TARGET_NAMES += $(TARGET_TWIN_NAMES)
# The tests of memory functions and of XXH32 once more, on the board's assembly: linked before the
# library, it is what their names mean.
TARGET_NAMES += twin_mem twin_hash
TARGET_PROGRAMS = $(TARGET_NAMES:%=$(B)/target/%.elf)
TARGET_QEMU := qemu-system-arm -M virt -cpu cortex-a15 -m 128 -nic none -display none -serial none \
	-monitor none -semihosting-config enable=on,target=native,arg=p -kernel

$(B)/target/lib/mem.o $(B)/target/lib/memmove.o: UNIT_MORE := $(UNIT_RENAME)
$(B)/target/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CROSS)gcc $(TARGET_LIB_FLAGS) $(WARN) $(UNIT_MORE) -Ilib $(DEP) -c $< -o $@

$(B)/target/boot/%.o: boot/%.c
	@mkdir -p $(@D)
	$(CROSS)gcc $(TARGET_LIB_FLAGS) $(WARN) -Ilib $(UNIT_BOOT_INC) $(DEP) -c $< -o $@

$(B)/target/lib.a: $(TARGET_OBJ)
	@rm -f $@
	$(CROSS)ar rc $@ $^

$(B)/target/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CROSS)gcc -std=gnu11 $(TARGET_ARCH_FLAGS) -O1 -g $(WARN) -Itests/target $(UNIT_INC) \
		$(DEP) -c $< -o $@

$(B)/target/%.o: tests/target/%.c
	@mkdir -p $(@D)
	$(CROSS)gcc -std=gnu11 $(TARGET_ARCH_FLAGS) -O1 -g $(WARN) -Itests/target $(UNIT_INC) \
		$(DEP) -c $< -o $@

$(TARGET_TWIN_TESTS:%=$(B)/target/%.o): $(B)/target/twin_%.o: tests/unit/test_%.c
	@mkdir -p $(@D)
	$(CROSS)gcc -std=gnu11 $(TARGET_ARCH_FLAGS) $(TARGET_RENAME) -O1 -g $(WARN) -Itests/target \
		$(UNIT_INC) $(DEP) -c $< -o $@

$(B)/target/twin/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CROSS)gcc $(TARGET_LIB_FLAGS) $(WARN) $(TARGET_RENAME) -Ilib $(DEP) -c $< -o $@

$(B)/target/twin/%.o: %.S
	@mkdir -p $(@D)
	$(CROSS)gcc $(TARGET_RENAME) -Ilib $(DEP) -c $< -o $@

$(TARGET_TWIN_NAMES:%=$(B)/target/%.elf): $(TARGET_TWIN_OBJ)

$(B)/target/asm/%.o: boot/arm/%.S
	@mkdir -p $(@D)
	$(CROSS)gcc $(UNIT_RENAME) -Ilib -Iboot -Iboot/arm $(DEP) -c $< -o $@

$(B)/target/twin_mem.elf: $(B)/target/test_mem.o $(B)/target/asm/mem.o $(B)/target/lib.a
	$(CROSS)gcc $(TARGET_ARCH_FLAGS) --specs=rdimon.specs -Wl,-Ttext-segment=0x40200000 $^ -o $@

$(B)/target/twin_hash.o: tests/unit/test_hash.c
	@mkdir -p $(@D)
	$(CROSS)gcc -std=gnu11 $(TARGET_ARCH_FLAGS) -DHASH_ALIGN=4 -O1 -g $(WARN) -Itests/target \
		$(UNIT_INC) $(DEP) -c $< -o $@

# The first stage goes on to make_normal, which is not there and not reached.
$(B)/target/twin_hash.elf: $(B)/target/twin_hash.o $(B)/target/asm/hash.o \
		$(B)/target/asm/firststage.o $(B)/target/lib.a
	$(CROSS)gcc $(TARGET_ARCH_FLAGS) --specs=rdimon.specs -Wl,-Ttext-segment=0x40200000 \
		-Wl,--defsym=make_normal=0 $^ -o $@

$(B)/target/%.elf: $(B)/target/%.o $(B)/target/lib.a
	$(CROSS)gcc $(TARGET_ARCH_FLAGS) --specs=rdimon.specs -Wl,-Ttext-segment=0x40200000 \
		$(filter-out %.a,$^) $(filter %.a,$^) -o $@

check-target: $(TARGET_PROGRAMS) ## the same unit tests on ARM (QEMU, semihosting)
	@mkdir -p $(B)/check; rm -f $(B)/check/target.results; bad=0; \
	for t in $(TARGET_NAMES); do \
		$(UNIT_RUN) $(B)/check/target.results arm_$$t \
			$(TARGET_QEMU) $(B)/target/$$t.elf || bad=1; \
	done; exit $$bad

# --- fuzzing ----------------------------------------------------------------------------------
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_LIB_OBJ = $(UNIT_LIB:%.c=$(B)/fuzz/%.o)

$(B)/unit/fuzz/%.o: tests/fuzz/%.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_FLAGS) -Wno-missing-prototypes -Ilib $(DEP) -c $< -o $@

$(B)/unit/replay_%: $(B)/unit/fuzz/fuzz_%.o $(B)/unit/fuzz/replay.o $(B)/unit/lib.a
	$(CC) $(UNIT_SAN) $^ $(UNIT_REF) -o $@

check-fuzz: $(FUZZ_NAMES:%=$(B)/unit/replay_%) ## replay the fuzzing corpora
	@mkdir -p $(B)/check; rm -f $(B)/check/fuzz.results; bad=0; \
	for t in $(FUZZ_NAMES); do \
		$(UNIT_RUN) $(B)/check/fuzz.results fuzz_$$t \
			$(B)/unit/replay_$$t tests/fuzz/corpus/$$t || bad=1; \
	done; exit $$bad

$(B)/fuzz/lib/mem.o $(B)/fuzz/lib/memmove.o: UNIT_MORE := $(UNIT_RENAME)
$(B)/fuzz/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CLANG) -std=gnu11 -O1 -g -fsanitize=fuzzer-no-link $(FUZZ_SAN) -ffreestanding \
		$(UNIT_MORE) -Ilib $(DEP) -c $< -o $@

$(B)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_LIB_OBJ)
	@mkdir -p $(@D)
	$(CLANG) -std=gnu11 -O1 -g -fsanitize=fuzzer $(FUZZ_SAN) -Ilib $^ $(UNIT_REF) -o $@

fuzz: $(FUZZ_NAMES:%=$(B)/fuzz/fuzz_%) ## fuzz each target for FUZZ_SECONDS (60) seconds
	@tests/fuzz/run.sh $(B) $(UNIT_FUZZ_SECONDS) $(FUZZ_NAMES)

campaign-fuzz:
	@$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=600

.SECONDARY: $(UNIT_NAMES:%=$(B)/unit/%.o) $(TARGET_NAMES:%=$(B)/target/%.o) \
	$(FUZZ_NAMES:%=$(B)/unit/fuzz/fuzz_%.o) $(B)/unit/fuzz/replay.o
