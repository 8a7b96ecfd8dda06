/* SPDX-License-Identifier: MIT */
/*
 * CP15 registers and their bits by the names of the Arm Architecture Reference Manual, ARMv7-A
 * (DDI 0406C, chapters B3 and B4), for assembly and C alike:  mrc SCTLR(r0)  /  cp_read(SCTLR).
 */
#ifndef REGS_H
#define REGS_H

#define MPIDR(r)      p15, 0, r, c0, c0, 5
#define CTR(r)	      p15, 0, r, c0, c0, 1
#define ID_PFR1(r)    p15, 0, r, c0, c1, 1
#define CCSIDR(r)     p15, 1, r, c0, c0, 0
#define CLIDR(r)      p15, 1, r, c0, c0, 1
#define CSSELR(r)     p15, 2, r, c0, c0, 0
#define SCTLR(r)      p15, 0, r, c1, c0, 0
#define ACTLR(r)      p15, 0, r, c1, c0, 1
#define SCR(r)	      p15, 0, r, c1, c1, 0
#define NSACR(r)      p15, 0, r, c1, c1, 2
#define TTBR0(r)      p15, 0, r, c2, c0, 0
#define TTBR1(r)      p15, 0, r, c2, c0, 1
#define TTBCR(r)      p15, 0, r, c2, c0, 2
#define DACR(r)	      p15, 0, r, c3, c0, 0
#define DFSR(r)	      p15, 0, r, c5, c0, 0
#define IFSR(r)	      p15, 0, r, c5, c0, 1
#define IFAR(r)	      p15, 0, r, c6, c0, 2
#define DFAR(r)	      p15, 0, r, c6, c0, 0
#define PAR(r)	      p15, 0, r, c7, c4, 0
#define PAR64(r, h)   p15, 0, r, h, c7
#define ICIALLU(r)    p15, 0, r, c7, c5, 0
#define BPIALL(r)     p15, 0, r, c7, c5, 6
#define DCIMVAC(r)    p15, 0, r, c7, c6, 1
#define DCISW(r)      p15, 0, r, c7, c6, 2
#define ATS1CPR(r)    p15, 0, r, c7, c8, 0
#define DCCMVAC(r)    p15, 0, r, c7, c10, 1
#define DCCIMVAC(r)   p15, 0, r, c7, c14, 1
#define DCCISW(r)     p15, 0, r, c7, c14, 2
#define TLBIALL(r)    p15, 0, r, c8, c7, 0
#define VBAR(r)	      p15, 0, r, c12, c0, 0
#define CONTEXTIDR(r) p15, 0, r, c13, c0, 1
#define TPIDRURW(r)   p15, 0, r, c13, c0, 2
#define TPIDRURO(r)   p15, 0, r, c13, c0, 3
#define TPIDRPRW(r)   p15, 0, r, c13, c0, 4
#define CNTFRQ(r)     p15, 0, r, c14, c0, 0

#define VPIDR(r)      p15, 4, r, c0, c0, 0
#define MIDR(r)	      p15, 0, r, c0, c0, 0
#define VMPIDR(r)     p15, 4, r, c0, c0, 5
#define HSCTLR(r)     p15, 4, r, c1, c0, 0
#define HCR(r)	      p15, 4, r, c1, c1, 0
#define HDCR(r)	      p15, 4, r, c1, c1, 1
#define HCPTR(r)      p15, 4, r, c1, c1, 2
#define HSTR(r)	      p15, 4, r, c1, c1, 3
#define HSR(r)	      p15, 4, r, c5, c2, 0
#define ATS1HR(r)     p15, 4, r, c7, c8, 0
#define TLBIALLH(r)   p15, 4, r, c8, c7, 0
#define HVBAR(r)      p15, 4, r, c12, c0, 0
#define CNTHCTL(r)    p15, 4, r, c14, c1, 0
#define CNTVOFF(r, h) p15, 4, r, h, c14

#define SCTLR_M	  (1 << 0)  /* MMU */
#define SCTLR_A	  (1 << 1)  /* alignment check */
#define SCTLR_C	  (1 << 2)  /* data cache */
#define SCTLR_Z	  (1 << 11) /* branch prediction */
#define SCTLR_I	  (1 << 12) /* instruction cache */
#define SCTLR_V	  (1 << 13) /* vectors at 0xffff0000 */
#define SCTLR_WXN (1 << 19) /* what can be written cannot be executed */
#define SCTLR_EE  (1 << 25) /* exceptions and table walks are big-endian */
#define SCTLR_TRE (1 << 28) /* TEX remap */
#define SCTLR_TE  (1 << 30) /* exceptions in Thumb state */

/* All bits that are defined as 1 in ARMv7-A, everything off. */
#define SCTLR_RESET 0x00c50078

#define ACTLR_FW  (1 << 0) /* Cortex-A5, -A9: maintenance is broadcast */
#define ACTLR_SMP (1 << 6) /* most cores of Arm's */
#define NSACR_VFP (3 << 10)
#define SCR_NS	  (1 << 0)

#define PAR_SS	 (1 << 1)  /* short format: of a supersection */
#define PAR_LPAE (1 << 11) /* long format */

/* None of these bits set: there are no Virtualization Extensions; no Generic Timer. */
#define ID_PFR1_VIRT  (15 << 12)
#define ID_PFR1_TIMER (15 << 16)

#define MODE_MASK 0x1f
#define MODE_USR  0x10
#define MODE_FIQ  0x11
#define MODE_IRQ  0x12
#define MODE_SVC  0x13
#define MODE_MON  0x16
#define MODE_ABT  0x17
#define MODE_HYP  0x1a
#define MODE_UND  0x1b
#define MODE_SYS  0x1f
/* The one HVC that is ours, "zs": from arch_handoff back to HYP. */
#define HANDOFF_CALL 0x7a73

#define CPSR_A (1 << 8)
#define CPSR_I (1 << 7)
#define CPSR_F (1 << 6)
#define CPSR_T (1 << 5)

#ifndef __ASSEMBLER__

#include <stdint.h>

#define CP_TEXT_(...) #__VA_ARGS__
#define CP_TEXT(...)  CP_TEXT_(__VA_ARGS__)

/* clang-format 14 takes "%0" for an expression. */
/* clang-format off */
#define cp_read(reg)                                                                               \
	__extension__({                                                                            \
		uint32_t value_;                                                                   \
		__asm__ volatile("mrc " CP_TEXT(reg(%0)) : "=r"(value_) : : "memory");             \
		value_;                                                                            \
	})
#define cp_write(reg, value) __asm__ volatile("mcr " CP_TEXT(reg(%0)) : : "r"(value) : "memory")
/* clang-format on */

static inline void dsb(void)
{
	__asm__ volatile("dsb" : : : "memory");
}

static inline void isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

#endif /* __ASSEMBLER__ */
#endif /* REGS_H */
