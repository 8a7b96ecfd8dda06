# SPDX-License-Identifier: MIT
# What a boot costs, in guest instructions counted by a QEMU plugin.  `make kernels` first: kernels
# that are not there are left out.

COUNT_PLUGIN := $(B)/bench/count.so

.PHONY: cost profile
cost: $(B)/zshim $(PAYLOAD) $(COUNT_PLUGIN) ## instructions of a boot, by kernel and codec
	$(PYTHON) tools/bench/cost.py $(B) $(KERNEL_CACHE)

profile: $(B)/zshim $(PAYLOAD) $(COUNT_PLUGIN) ## in which functions these instructions are
	$(PYTHON) tools/bench/cost.py --profile $(B) $(KERNEL_CACHE)

$(COUNT_PLUGIN): tools/bench/count.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -fPIC -fvisibility=hidden -shared $(WARN) $(DEP) $< -o $@
