# SPDX-License-Identifier: MIT
# make qemu, the boots of make check, and make check itself.

BOARD ?= virt
KERNEL ?= mini
CODEC ?= gzip
FORMAT ?= zimage
INITRD ?=
DTB ?=
CMDLINE ?=
IMAGE ?=

# The groups of make check; each is a target check-GROUP that leaves $(B)/check/GROUP.results.
CHECK_GROUPS := unit plan target host fuzz payload strict bench boot

# Whole boots in situations drawn at random (tests/qemu/cases_matrix.py): how many make campaign has,
# and make check; they are drawn by MATRIX_SEED.
MATRIX_CAMPAIGN := 2000

.PHONY: qemu check check-boot campaign campaign-boot

qemu: host payload ## pack a kernel and boot it in QEMU
	@BUILD='$(B)' BOARD='$(BOARD)' KERNEL='$(KERNEL)' CODEC='$(CODEC)' FORMAT='$(FORMAT)' \
		INITRD='$(INITRD)' DTB='$(DTB)' CMDLINE='$(CMDLINE)' IMAGE='$(IMAGE)' \
		tests/qemu/qemu.sh

# It gets the kernels itself, for without a network it goes on without them.
check-boot: host stubs payload ## whole boots in QEMU; BOOT_ARGS='--only NAME'
	@$(PYTHON) tests/qemu/run.py --build $(B) $(BOOT_ARGS)

campaign-boot: host stubs payload
	@MATRIX_BOOTS=$${MATRIX_BOOTS:-$(MATRIX_CAMPAIGN)} $(PYTHON) tests/qemu/run.py --build $(B) \
		--group matrix --run campaign $(BOOT_ARGS)

# What takes longer than a check may.  All of them run, whatever became of the others.
CAMPAIGN := campaign-plan campaign-fuzz campaign-boot

campaign: ## the long tests, once before a release: planner, fuzzing 10 minutes a target, random boots
	@bad=0; for t in $(CAMPAIGN); do \
		echo "== $$t"; $(MAKE) --no-print-directory $$t || bad="$$bad $$t"; \
	done; echo "campaign: $${bad#0}$$([ "$$bad" = 0 ] && echo all passed || echo ' failed')"; \
	[ "$$bad" = 0 ]

# Every group runs, whatever became of the others.  A group that fails in another way than by a
# test, such as a compiler error, still counts.
check: all payload ## run every test
	@$(MAKE) --no-print-directory kernels || \
		echo "check: the real kernels are not there: what needs them says so below"
	@mkdir -p $(B)/check; rm -f $(B)/check/*.results
	@for g in $(CHECK_GROUPS); do \
		echo "== check-$$g"; \
		$(MAKE) --no-print-directory check-$$g && continue; \
		grep -qs '^FAIL ' $(B)/check/$$g.results || \
			echo "FAIL check-$$g" >>$(B)/check/$$g.results; \
	done
	@tests/qemu/total.sh $(B)/check $(CHECK_GROUPS)
