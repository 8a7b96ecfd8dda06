# SPDX-License-Identifier: MIT
# Programs to pack and boot: the mini vmlinux (PAYLOAD), also in Thumb code (PAYLOAD_THUMB), and a
# bare-metal ELF (PAYLOAD_BARE); and the DTBs of the boards for which QEMU makes none.

PAYLOAD := $(B)/payload/vmlinux
PAYLOAD_IMAGE := $(B)/payload/Image
PAYLOAD_THUMB := $(B)/payload/thumb/vmlinux
PAYLOAD_BARE := $(B)/payload/bare.elf
BOARD_DTBS := $(patsubst board/%/mini.dts,$(B)/board/%/mini.dtb,$(wildcard board/*/mini.dts))

PAYLOAD_CFLAGS := -std=gnu11 -march=armv7-a -marm -mgeneral-regs-only -mno-unaligned-access -Os -g \
	-ffreestanding -fpie -fvisibility=hidden -fno-common -ffile-prefix-map=$(CURDIR)=. $(WARN)
PAYLOAD_OBJS := $(addprefix $(B)/payload/,entry.o mini.o report.o scan.o)
PAYLOAD_THUMB_OBJS := $(addprefix $(B)/payload/,entry.o report.o thumb/mini.o thumb/scan.o)

.PHONY: payload check-payload
payload: $(PAYLOAD) $(PAYLOAD_THUMB) $(PAYLOAD_IMAGE) $(PAYLOAD_BARE) $(BOARD_DTBS)

# Can each check of the mini vmlinux fail, and does it pass where it should?
check-payload: payload ## does the mini vmlinux see each wrong hand-over?
	$(PYTHON) tests/payload/selftest.py $(B)

$(B)/payload/%.o: tests/payload/%.c | $(B)/payload/
	$(CROSS)gcc $(PAYLOAD_CFLAGS) $(DEP) -c $< -o $@

$(B)/payload/%.o: tests/payload/%.S | $(B)/payload/
	$(CROSS)gcc $(PAYLOAD_CFLAGS) $(DEP) -c $< -o $@

$(B)/payload/vmlinux.unsealed: tests/payload/mini.lds $(PAYLOAD_OBJS)
	$(CROSS)ld -T $< -z max-page-size=4096 --build-id=none $(PAYLOAD_OBJS) -o $@

$(PAYLOAD): tests/payload/seal.py $(B)/payload/vmlinux.unsealed
	$(PYTHON) $^ $@

# The same in Thumb code but for its first and last instructions.
$(B)/payload/thumb/%.o: tests/payload/%.c | $(B)/payload/thumb/
	$(CROSS)gcc $(PAYLOAD_CFLAGS) -mthumb $(DEP) -c $< -o $@

$(B)/payload/thumb/vmlinux.unsealed: tests/payload/mini.lds $(PAYLOAD_THUMB_OBJS)
	$(CROSS)ld -T $< -z max-page-size=4096 --build-id=none $(PAYLOAD_THUMB_OBJS) -o $@

$(PAYLOAD_THUMB): tests/payload/seal.py $(B)/payload/thumb/vmlinux.unsealed
	$(PYTHON) $^ $@

# The same without ELF around it, as Linux's own Image.
$(PAYLOAD_IMAGE): $(PAYLOAD)
	$(CROSS)objcopy -O binary $< $@

$(PAYLOAD_BARE): $(B)/payload/bare.o
	$(CROSS)ld -Ttext=0x41000000 --build-id=none $< -o $@

$(B)/board/%.dtb: board/%.dts
	@mkdir -p $(@D)
	dtc -q -I dts -O dtb -o $@ $<
