# SPDX-License-Identifier: MIT
# The stubs: one an (architecture, codec, flavour).  A stub is the same objects with another list of
# codecs.

ARCH := armv7a
STUB_CODECS := none lz4 gzip zstd xz
# Flavour boot has every codec; flavour loader carries no kernel and has none to unpack.
STUB_NAMES := $(STUB_CODECS:%=%-boot) none-loader
STUBS := $(STUB_NAMES:%=$(B)/stub-$(ARCH)-%.bin)

# What a flavour consists of besides what all have, and its scratch: constants of boot.h.
FLAVOUR_boot := boot/flavour/boot
FLAVOUR_loader := $(addprefix boot/flavour/,loader fw_cfg) lib/elf32 lib/zimage
SCRATCH_boot := 0
SCRATCH_loader := BOOT_LOADER_SCRATCH

# The decoders in each stub, by their symbols: struct codec codec_<x> in lib/codec/<x>.c.
STUB_none := store
STUB_gzip := inflate
STUB_lz4 := lz4_block
STUB_zstd := zstd
STUB_xz := xzboot
# What else a decoder consists of: assembly, in place of the C file of (nearly) the same name.
PARTS_inflate := boot/arm/codec/inflate
PARTS_lz4 := boot/arm/codec/lz4
PARTS_lz4_block := boot/arm/codec/lz4
PARTS_zstd := lib/codec/zstd_table boot/arm/codec/zstd
PARTS_xzboot := lib/codec/lzma2 boot/arm/codec/lzma

BOOT_CPPFLAGS := -Ilib -Iboot -Iboot/arm -Iboard -Iboard/uart -I$(B)/boot
# -mno-unaligned-access: data is Strongly-ordered while the MMU is off, where unaligned words fault.
# -fno-ivopts: with it GCC 12.2 drops calls to a static function that stores to one array of a struct
# while it indexes another of a different element size (seen in Thumb code; no call here is affected).
# Four of the other -fno- options make it 200 bytes smaller, measured with GCC 12.2.
# -mgeneral-regs-only: CPACR bars VFP and NEON at entry.  -fpie: runs where it was loaded.
BOOT_CFLAGS := -std=gnu11 -march=armv7-a -mthumb -Os -g -ffreestanding -fpie -mno-unaligned-access \
	-mgeneral-regs-only -fno-delete-null-pointer-checks -fno-common -ffunction-sections \
	-fno-jump-tables -fno-tree-loop-distribute-patterns -fstack-usage -include boot/arm/hidden.h \
	-fno-ivopts -fno-move-loop-invariants -fno-tree-ch -fno-schedule-insns2 -fno-caller-saves \
	-ffile-prefix-map=$(CURDIR)=. -DZSHIM_VERSION_TEXT='"$(VERSION)"' $(WARN)
# All C but the codecs' is optimised as one program.  No function runs both before and after the shim
# has moved, so that none can keep an address across step 6.  The other two options make that 36 bytes
# smaller each.
BOOT_LTO := -flto -fno-tree-ter -fira-algorithm=priority
BOOT_LDFLAGS := -nostdlib -Wl,-pie,--no-dynamic-linker,-z,text,-z,max-page-size=4096 \
	-Wl,--build-id=none,--gc-sections,--no-warn-rwx-segments

BOOT_SRC := $(wildcard boot/*.c boot/arm/*.c boot/arm/*.S board/*/*.c) \
	lib/mem.c lib/fmt.c lib/range.c lib/image.c lib/atags.c lib/argv.c $(wildcard lib/fdt/*.c) boot/arm/codec/branch.S
BOOT_OBJ := $(patsubst %,$(B)/boot/%.o,$(basename $(BOOT_SRC)))

stubs: $(STUBS)

# What the shim says, packed.
TEXTS := $(B)/boot/texts.h
$(TEXTS): tools/texts.py boot/log.txt boot/codes.h boot/flavour/loader.txt Makefile
	@mkdir -p $(@D)
	@$(PYTHON) $< $(VERSION) boot/log.txt boot/codes.h boot/flavour/loader.txt >$@

$(B)/boot/%.o: %.c boot/boot.mk Makefile | $(TEXTS)
	@mkdir -p $(@D)
	@$(CROSS)gcc $(BOOT_CPPFLAGS) $(BOOT_CFLAGS) $(BOOT_LTO) $(DEP) -c $< -o $@

$(B)/boot/lib/codec/%.o: BOOT_LTO :=

$(B)/boot/%.o: %.S boot/boot.mk Makefile | $(TEXTS)
	@mkdir -p $(@D)
	@$(CROSS)gcc $(BOOT_CPPFLAGS) $(DEP) -c $< -o $@

$(B)/boot/shim.lds: linker/shim.lds.S lib/image.h
	@mkdir -p $(@D)
	@$(CROSS)gcc -E -P -D__ASSEMBLER__ -Ilib -x assembler-with-cpp $< -o $@

# codec_find() for a stub's list; the % is CODEC-FLAVOUR.  Code and not a table of pointers: it is called before the
# relocations are applied.
codec_of = $(firstword $(subst -, ,$*))
flavour_of = $(lastword $(subst -, ,$*))
$(B)/boot/codecs-%.c: boot/boot.mk
	@mkdir -p $(@D)
	@{ echo '#include "boot.h"'; \
	  echo 'const struct codec *codec_find(uint32_t id)'; echo '{'; \
	  printf '\tif (id == codec_%s.id)\n\t\treturn &codec_%s;\n' \
		$(foreach c,$(STUB_$(codec_of)),$(c) $(c)); \
	  echo '	return NULL;'; echo '}'; \
	  echo 'size_t codec_scratch(void)'; echo '{'; \
	  echo '	size_t most = $(SCRATCH_$(flavour_of));'; \
	  printf '\tif (codec_%s.scratch_size > most)\n\t\tmost = codec_%s.scratch_size;\n' \
		$(foreach c,$(STUB_$(codec_of)),$(c) $(c)); \
	  echo '	return most;'; echo '}'; } >$@

$(B)/boot/codecs-%.o: $(B)/boot/codecs-%.c | $(TEXTS)
	@$(CROSS)gcc $(BOOT_CPPFLAGS) $(BOOT_CFLAGS) $(BOOT_LTO) $(DEP) -c $< -o $@

stub_objects = $(BOOT_OBJ) $(B)/boot/codecs-$(1).o \
	$(patsubst %,$(B)/boot/%.o,$(FLAVOUR_$(lastword $(subst -, ,$(1)))) \
	$(foreach c,$(STUB_$(firstword $(subst -, ,$(1)))),lib/codec/$(c) $(PARTS_$(c))))

define stub_rules
$(B)/stub-$(ARCH)-$(1).elf: $(B)/boot/shim.lds $(call stub_objects,$(1))
	@echo "LD  $$@"
	@$(CROSS)gcc $(BOOT_CFLAGS) $(BOOT_LTO) $(BOOT_LDFLAGS) -T $$< -Wl,-Map=$$(@:.elf=.map) \
		$(call stub_objects,$(1)) -o $$@
endef
$(foreach c,$(STUB_NAMES),$(eval $(call stub_rules,$(c))))

$(B)/stub-%.bin: $(B)/stub-%.elf
	@$(CROSS)objcopy -O binary -R .got.plt $< $@

.SECONDARY: $(STUB_NAMES:%=$(B)/boot/codecs-%.c) $(STUBS:.bin=.elf)
