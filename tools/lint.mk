# SPDX-License-Identifier: MIT
# Everything that finds mistakes without running the program.  Each part is a target of its own and
# prints one line "ok lint-..." when it found nothing.

LINT_PARTS := lint-format lint-clang lint-tidy lint-cppcheck lint-shell lint-python lint-if \
	lint-includes lint-spdx lint-codes lint-boards lint-stub lint-size lint-help
.PHONY: lint format $(LINT_PARTS)
lint: $(LINT_PARTS) ## static checks of sources and stubs

# What git tracks or would track; a file that was just deleted is no longer there.
LINT_FILES = $(wildcard $(shell git ls-files -co --exclude-standard))
LINT_C = $(filter $(addsuffix /%,boot lib board tools tests),$(filter %.c %.h,$(LINT_FILES)))
CLANG_TIDY := clang-tidy
PYFLAKES := pyflakes3
LINT_SOURCE := $(PYTHON) tools/lint/source.py
LINT_JOBS := $(shell nproc)
LINT_OK = @echo "ok $@"

lint-format:
	@$(CLANG_FORMAT) --dry-run -Werror $(LINT_C)
	$(LINT_OK)

format: ## let clang-format lay out all C files
	$(CLANG_FORMAT) -i $(LINT_C)

# The second compiler.  -mthumb and the like as in boot.mk, without what only GCC knows.
LINT_BOARD := $(filter boot/% board/% lib/%,$(filter %.c,$(BOOT_SRC))) $(wildcard lib/codec/*.c) \
	$(patsubst %,%.c,$(FLAVOUR_boot) $(FLAVOUR_loader))
LINT_BOARD_FLAGS := --target=arm-none-eabi -march=armv7-a -mthumb -mno-unaligned-access \
	-mfloat-abi=soft -std=gnu11 -ffreestanding -fpie -include boot/arm/hidden.h $(BOOT_CPPFLAGS) \
	-DZSHIM_VERSION_TEXT='"$(VERSION)"' $(WARN)
LINT_HOST := $(TOOLS_SRC) $(TOOLS_LIB) $(TOOLS_BOOT)
LINT_HOST_FLAGS := $(filter-out -g,$(TOOLS_CFLAGS))
# The plugin is of the host, too, and needs no header of ours.
LINT_HOST += $(wildcard tools/bench/*.c)

lint-clang: $(B)/tools/stubs.list $(TEXTS)
	@$(CLANG) -fsyntax-only $(LINT_BOARD_FLAGS) $(LINT_BOARD)
	@$(CLANG) -fsyntax-only $(LINT_HOST_FLAGS) $(LINT_HOST)
	$(LINT_OK)

lint-tidy: $(B)/tools/stubs.list $(TEXTS)
	@bad=0; export CLANG_TIDY="$(CLANG_TIDY)"; \
	printf '%s\n' $(LINT_BOARD) | \
		xargs -P$(LINT_JOBS) -I@ tools/lint/tidy.sh @ $(LINT_BOARD_FLAGS) || bad=1; \
	printf '%s\n' $(LINT_HOST) | \
		xargs -P$(LINT_JOBS) -I@ tools/lint/tidy.sh @ $(LINT_HOST_FLAGS) || bad=1; exit $$bad
	$(LINT_OK)

lint-cppcheck: $(B)/tools/stubs.list $(TEXTS)
	@cppcheck --quiet --error-exitcode=1 -j$(LINT_JOBS) --std=c11 --inline-suppr \
		--enable=warning,performance,portability \
		--suppressions-list=<(sed '/^#/d; /^$$/d' tools/lint/cppcheck.suppress) \
		--template='{file}:{line}: {severity}: {message} [{id}]' \
		-D__GNUC__ -DZSHIM_VERSION_TEXT='"x"' -DZSHIM_PROGRAM_VERSION='"x"' \
		$(BOOT_CPPFLAGS) -I$(B)/tools $(sort $(LINT_BOARD) $(LINT_HOST))
	$(LINT_OK)

lint-shell:
	@shellcheck -x -P SCRIPTDIR $$($(LINT_SOURCE) scripts $(LINT_FILES))
	$(LINT_OK)

lint-python:
	@PYTHONPYCACHEPREFIX=$(B)/lint/pycache $(PYTHON) -m py_compile $(filter %.py,$(LINT_FILES))
	@$(PYFLAKES) $(filter %.py,$(LINT_FILES))
	$(LINT_OK)

lint-if lint-includes lint-spdx: lint-%:
	@$(LINT_SOURCE) $* $(LINT_FILES)
	$(LINT_OK)

lint-codes:
	@$(PYTHON) tools/lint/codes.py
	$(LINT_OK)

lint-boards:
	@$(PYTHON) tools/lint/boards.py
	$(LINT_OK)

# Sizes that stub.py compares with, from the headers themselves.
$(B)/lint/consts.o: boot/boot.h boot/boot.mk $(TEXTS)
	@mkdir -p $(@D)
	@printf '#include "boot.h"\n'\
	'const char BOOT[BOOT_EARLY_SIZE], FAULT_STACK[sizeof(((struct boot *)0)->fault_stack)];\n' | \
		$(CROSS)gcc $(BOOT_CPPFLAGS) -march=armv7-a -mthumb -std=gnu11 $(DEP) -x c -c - -o $@

# The report itself: it reads headers and maps, whose form may change under it.
lint-size: $(STUBS)
	@$(PYTHON) -B tools/bench/size.py $(STUBS:.bin=.map) | grep 'stub bytes'
	$(LINT_OK)

lint-stub: $(STUBS) $(B)/lint/consts.o
	@$(PYTHON) tools/lint/stub.py $(B)/lint/consts.o $(STUBS:.bin=.elf)
	$(LINT_OK)

# Does every target that `make help` names exist?
lint-help:
	@$(MAKE) -s --no-print-directory help | sed -n 's/^  make \([a-z-]*\).*/\1/p' | \
		while read -r target; do $(MAKE) -n "$$target" >/dev/null; done
	$(LINT_OK)
