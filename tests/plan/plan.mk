# SPDX-License-Identifier: MIT
# The planner (boot/layout.c) in situations at random, judged by an oracle of its own: as the host
# compiles it, and a few as the board does.

PLAN_COUNT ?= 1000000
PLAN_SEED ?= 1
PLAN_CAMPAIGN ?= 10000000
PLAN_SRC := $(sort $(wildcard tests/plan/*.c)) boot/layout.c lib/range.c lib/mem.c
# For speed no ASan: the planner has no buffers but arrays in structures, which UBSan watches.
PLAN_CFLAGS := -std=gnu11 -O2 -g $(WARN) -fsanitize=bounds,undefined -fno-sanitize-recover=all \
	-Ilib -Iboot -Iboot/arm -Itests/unit -Itests/plan
PLAN_OBJ := $(PLAN_SRC:%.c=$(B)/plan/%.o)
PLAN_ARM_OBJ := $(PLAN_SRC:%.c=$(B)/plan-arm/%.o)

$(B)/plan/%.o: %.c tests/plan/plan.mk
	@mkdir -p $(@D)
	$(CC) $(PLAN_CFLAGS) $(DEP) -c $< -o $@

$(B)/plan/plan: $(PLAN_OBJ)
	$(CC) $(PLAN_CFLAGS) $^ -o $@

$(B)/plan-arm/%.o: %.c tests/plan/plan.mk
	@mkdir -p $(@D)
	$(CROSS)gcc -std=gnu11 $(TARGET_ARCH_FLAGS) -O2 -g $(WARN) -Ilib -Iboot -Iboot/arm -Itests/unit \
		-Itests/plan $(DEP) -c $< -o $@

$(B)/plan-arm/plan.elf: $(PLAN_ARM_OBJ)
	$(CROSS)gcc $(TARGET_ARCH_FLAGS) --specs=rdimon.specs -Wl,-Ttext-segment=0x40200000 $^ -o $@

.PHONY: check-plan campaign-plan
check-plan: $(B)/plan/plan $(B)/plan-arm/plan.elf ## a million situations for the planner
	@mkdir -p $(B)/check; rm -f $(B)/check/plan.results; bad=0; \
	TEST_TIMEOUT=600 $(UNIT_RUN) $(B)/check/plan.results plan \
		$(B)/plan/plan $(PLAN_COUNT) $(PLAN_SEED) || bad=1; \
	$(UNIT_RUN) $(B)/check/plan.results arm_plan \
		$(subst arg=p,arg=p$(comma)arg=2000,$(TARGET_QEMU)) $(B)/plan-arm/plan.elf || bad=1; \
	exit $$bad

# From other seeds than the check's, on all cores.
campaign-plan: $(B)/plan/plan ## ten million situations for the planner
	@n=$$(nproc); for i in $$(seq 1 $$n); do \
		$(B)/plan/plan $$(($(PLAN_CAMPAIGN) / n)) $$((i * 100000000)) & pids+=($$!); \
	done; bad=0; for p in "$${pids[@]}"; do wait "$$p" || bad=1; done; exit $$bad
