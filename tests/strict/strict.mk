# SPDX-License-Identifier: MIT
# The strict machine (machine.h): images of every codec of the build on an emulator that forgives
# nothing, and shims with one mistake each, which it must catch.

STRICT_OBJ := $(patsubst %.c,$(B)/strict/%.o,$(notdir $(filter-out %/offsets.c, \
	$(wildcard tests/strict/*.c))))
STRICT_CFLAGS := -std=gnu11 -O2 -g $(WARN) -Ilib -Iboot/arm -I$(B)/strict
STRICT_BARE := $(B)/strict/bare.elf
STRICT_IMAGES := $(foreach c,$(STUB_CODECS),$(B)/strict/mini.$(c).img $(B)/strict/bare.$(c).img)

STRICT_TREES := $(foreach t,virt plain rom,$(B)/strict/$(t).dtb)

.PHONY: check-strict
check-strict: $(B)/strict/strict $(STRICT_IMAGES) $(STRICT_TREES) $(B)/strict/frames \
		$(B)/strict/bare.bin $(PAYLOAD_IMAGE) ## boots on a machine that forgives nothing
	@mkdir -p $(B)/check; rm -f $(B)/check/strict.results
	@TEST_TIMEOUT=300 tests/unit/run.sh $(B)/check/strict.results strict $(B)/strict/strict $(B) $(STUB_CODECS)

# The stubs first: what they generate, a header of theirs may include.
$(B)/strict/offsets.o: tests/strict/offsets.c boot/boot.mk $(STUBS)
	@mkdir -p $(@D)
	@$(CROSS)gcc $(BOOT_CPPFLAGS) $(BOOT_CFLAGS) $(DEP) -c $< -o $@

$(B)/strict/offsets.h: $(B)/strict/offsets.o
	@$(CROSS)nm -S --defined-only $< | awk '{ print "#define " $$4 " 0x" $$2 "u" }' >$@

$(B)/strict/%.o: tests/strict/%.c $(B)/strict/offsets.h
	$(CC) $(STRICT_CFLAGS) $(DEP) -c $< -o $@

$(B)/strict/strict: $(STRICT_OBJ)
	$(CC) $^ -lunicorn -lelf -lxxhash -o $@

# NAME BYTES of each C function, from what the compiler says of its stack.
$(B)/strict/frames: $(STUBS)
	@mkdir -p $(@D)
	@find $(B) -path $(B)/strict -prune -o -name '*.su' -exec cat {} + | sed 's/^.*:\([^:\t]*\)\t\([0-9]*\).*/\1 \2/' >$@

$(B)/strict/%.dtb: tests/strict/%.dts
	@mkdir -p $(@D)
	@dtc -q -I dts -O dtb -o $@ $<

# The same without an initrd of the loader's.
$(B)/strict/plain.dtb: tests/strict/virt.dts
	@mkdir -p $(@D)
	@grep -v linux,initrd $< | dtc -q -I dts -O dtb -o $@ -

# Less RAM, for the image lies behind it.
$(B)/strict/rom.dtb: tests/strict/virt.dts
	@mkdir -p $(@D)
	@sed 's/0 0x01000000>/0 0x00c00000>/' $< | dtc -q -I dts -O dtb -o $@ -

$(B)/strict/mini.%.img: $(B)/zshim $(PAYLOAD)
	@mkdir -p $(@D)
	@$(B)/zshim pack -c $* -o $@ $(PAYLOAD) >/dev/null

# Never run: 320 KiB of real code, all of newlib's C and maths libraries, so that a decoder meets more
# than one block; bare-metal, so it goes where it says.
$(STRICT_BARE): tests/strict/strict.mk
	@mkdir -p $(@D)
	@echo 'int main(void) { return 0; }' | $(CROSS)gcc -march=armv7-a -mthumb --specs=rdimon.specs \
		-Wl,-Ttext-segment=0x40200000,--unresolved-symbols=ignore-all,-z,muldefs -x c - \
		-x none -Wl,--whole-archive -lm -lc -Wl,--no-whole-archive -o $@

$(B)/strict/bare.%.img: $(B)/zshim $(STRICT_BARE) $(B)/strict/plain.dtb
	@mkdir -p $(@D)
	@$(B)/zshim pack -c $* --dtb $(B)/strict/plain.dtb --initrd Makefile \
		--cmdline "console=ttyAMA0" -o $@ $(STRICT_BARE) >/dev/null

$(B)/strict/bare.bin: $(STRICT_BARE)
	@mkdir -p $(@D)
	@$(CROSS)objcopy -O binary $< $@
