# SPDX-License-Identifier: MIT
# What a boot costs, in guest instructions counted by a QEMU plugin, beside Linux's zImage and the
# reference libraries.  Fetches and builds these in the cache of the kernels the first time.

COUNT_PLUGIN := $(B)/bench/count.so
COMMA := ,
BENCH_ARGS ?=

BENCH_CODECS := $(subst $() ,$(COMMA),$(STUB_CODECS))

.PHONY: bench size figures check-bench
size: stubs ## what each object file adds to the stubs
	$(PYTHON) -B tools/bench/size.py $(STUBS:.bin=.map)

bench: host stubs payload $(COUNT_PLUGIN) ## cost, size and RAM against the peers; BENCH_ARGS='--kernel debian --codec lz4'
	$(PYTHON) -B tools/bench/bench.py --built $(BENCH_CODECS) $(BENCH_ARGS) \
		$(B) $(KERNEL_CACHE)

# A program with known counts, for the plugin.
$(B)/bench/known.elf: tests/bench/known.S
	@mkdir -p $(@D)
	$(CROSS)gcc -nostdlib -Wl,-Ttext-segment=0x40200000 $< -o $@

check-bench: host stubs payload $(COUNT_PLUGIN) $(B)/bench/known.elf ## test what make bench and make size say
	@$(PYTHON) -B tests/bench/run.py $(B) $(BENCH_CODECS)

figures: ## draw tools/bench/cost.svg and the README's table from the last make bench
	$(PYTHON) -B tools/bench/chart.py $(B)/bench/bench.csv tools/bench/cost.svg README.md

$(COUNT_PLUGIN): tools/bench/count.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -fPIC -fvisibility=hidden -shared $(WARN) $(DEP) $< -o $@
