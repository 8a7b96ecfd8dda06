// SPDX-License-Identifier: MIT
#include "place.h"

/* The multiple that a Linux' RAM base must be: its page tables and address patching need it. */
#define BASE_ALIGN     0x200000u  /* since 5.11 */
#define BASE_ALIGN_OLD 0x1000000u /* before */

void place_apply_options(struct kernel *k, const struct pack_options *o)
{
	if (k->kind == KERNEL_ELF && o->bss.given)
		usage_error("pack: --bss: an ELF file tells its BSS itself");
	if (k->kind == KERNEL_ELF && o->text_offset.given)
		usage_error("pack: --text-offset: an ELF file tells its addresses itself");
	if (o->bss.given) {
		k->memory = k->size + o->bss.value;
		k->bss_told = true;
	}
	if (o->text_offset.given)
		k->text_offset = o->text_offset.value;
}

static uint32_t base_align(const struct kernel *k)
{
	return k->version && k->version < 0x050b ? BASE_ALIGN_OLD : BASE_ALIGN;
}

/*
 * A vmlinux is linked at PAGE_OFFSET + TEXT_OFFSET, and PAGE_OFFSET is the top digit of its entry
 * for each of the splits 3G, 3G_OPT, 2G, 1G (0xc, 0xb, 0x8, 0x4).
 */
static uint32_t text_offset(const struct kernel *k)
{
	if (k->kind != KERNEL_ELF)
		return k->text_offset;
	if (k->address < k->page_offset || k->address - k->page_offset >= 0x10000000)
		input_error(k->file, "not linked like Linux: first byte at %#x, entry at %#x",
			    k->address, k->page_offset);
	return k->address - k->page_offset;
}

static void place_linux(struct placement *p, const struct kernel *k, const struct pack_options *o)
{
	p->text_offset = text_offset(k);
	p->dest = p->text_offset;
	p->align = base_align(k);
	p->rule = ZSHIM_PLACE_LINUX;
	p->flags = ZSHIM_FLAG_PAGE_TABLE;
	if (p->text_offset < ZSHIM_PGTABLE_SIZE)
		input_error(k->file,
			    "text offset %#x: no room for page tables (%#x) below the kernel",
			    p->text_offset, ZSHIM_PGTABLE_SIZE);
	if (o->phys.given) {
		/* One that patches its addresses stops dead on any other base. */
		if (!k->needs_phys && o->phys.value % p->align)
			usage_error("pack: --phys %#x: no multiple of %u MiB, which Linux %s needs",
				    o->phys.value, (unsigned)(p->align >> 20), k->release);
		p->rule = ZSHIM_PLACE_FIXED;
		p->dest = (uint64_t)o->phys.value + p->text_offset;
		p->align = 1;
		p->why = "--phys";
	}
}

static void place_fixed(struct placement *p, const struct kernel *k, const struct pack_options *o)
{
	p->rule = ZSHIM_PLACE_FIXED;
	p->align = 1;
	p->dest = k->address;
	if (o->phys.given) {
		p->text_offset = k->is_linux ? text_offset(k) : 0;
		p->flags = k->is_linux ? ZSHIM_FLAG_PAGE_TABLE : 0;
		p->dest = (uint64_t)o->phys.value + p->text_offset;
		p->why = "--phys";
	} else if (k->kind != KERNEL_ELF) {
		usage_error("pack: --place fixed: only an ELF file tells an address: give --phys");
	}
}

void place_kernel(struct placement *p, const struct kernel *k, const struct pack_options *o)
{
	*p = (struct placement){.why = o->place == PLACE_LINUX	 ? "--place linux"
				       : o->place == PLACE_FIXED ? "--place fixed"
				       : k->is_linux		 ? "it is a Linux"
								 : "it is no Linux"};
	if (o->place == PLACE_AUTO && k->needs_phys && !o->phys.given)
		input_error(k->file,
			    "Linux %s without section .init.pv_table cannot find its RAM base "
			    "(built without ARM_PATCH_PHYS_VIRT): give it by --phys",
			    k->release);
	if (o->place == PLACE_LINUX || (o->place == PLACE_AUTO && k->is_linux))
		place_linux(p, k, o);
	else
		place_fixed(p, k, o);
	if (p->dest + k->memory > UINT32_MAX)
		input_error(k->file, "ends above 4 GiB: %#llx bytes at %#llx",
			    (unsigned long long)k->memory, (unsigned long long)p->dest);
}
