# SPDX-License-Identifier: MIT
# What a boot costs, in guest instructions counted by a QEMU plugin, beside Linux's zImage and the
# reference libraries.  Fetches and builds these in the cache of the kernels the first time.

COUNT_PLUGIN := $(B)/bench/count.so
COMMA := ,
BENCH_ARGS ?=

.PHONY: bench size
size: stubs ## what each object file adds to the stubs
	$(PYTHON) -B tools/bench/size.py $(STUBS:.bin=.map)

bench: host stubs payload $(COUNT_PLUGIN) ## cost, size and RAM against the peers; BENCH_ARGS='--kernel debian --codec lz4'
	$(PYTHON) -B tools/bench/bench.py --built $(subst $() ,$(COMMA),$(STUB_CODECS)) $(BENCH_ARGS) \
		$(B) $(KERNEL_CACHE)

$(COUNT_PLUGIN): tools/bench/count.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -fPIC -fvisibility=hidden -shared $(WARN) $(DEP) $< -o $@
